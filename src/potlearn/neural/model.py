"""Networks on the geometry of a batch: what they predict, and the gradient of the loss."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from potlearn.descriptors import Descriptor
from potlearn.engine import Fade
from potlearn.neural.halves import Halves, numbers
from potlearn.neural.loss import Loss, Measure, loss_of
from potlearn.neural.pieces import Piece, pieces_of
from potlearn.neural.samples import Batch
from potlearn.potentials.neural import Scaling, reach_of
from potlearn.typing import Array


class Predicted(NamedTuple):
    """Energies (N,), forces (N, 3) and virials (B, 6) of networks alone."""

    energies: Array
    forces: Array
    virials: Array


@dataclass(frozen=True, eq=False)
class Model:
    """A kind of head on a descriptor.

    Attributes
    ----------
    descriptor : Descriptor
    scaling : Scaling
    fade : Fade
    halves : Halves
    precision : str
        Of the networks, ``"float32"`` or ``"float64"``.
    measure : Measure
        Of the loss.
    threads : int
        Of the descriptor.
    """

    descriptor: Descriptor
    scaling: Scaling
    fade: Fade
    halves: Halves
    precision: str
    measure: Measure
    threads: int = 1

    def predict(self, vectors: Array, batch: Batch) -> Predicted:
        """The mean of the networks with parameters (K, D)."""
        parts = self.pieces(batch)
        with numbers(self.precision):
            found = [self.first(vector, batch, parts) for vector in self._cast(vectors)]
        energies = np.mean([energies for energies, _ in found], axis=0)
        return self.moved(batch, energies, np.mean([slopes for _, slopes in found], axis=0))

    def loss(self, vectors: Array, batch: Batch) -> Loss:
        """The loss of the mean of the networks."""
        return loss_of(batch, *self.predict(vectors, batch), self.measure)

    def gradients(self, vectors: Array, batch: Batch) -> tuple[list[Loss], Array]:
        """Loss of every network by itself, and its gradient (K, D)."""
        parts, losses, gradients = self.pieces(batch), [], []
        with numbers(self.precision):
            for vector in self._cast(vectors):
                loss, gradient = self._gradient(vector, batch, parts)
                losses.append(loss)
                gradients.append(gradient)
            return losses, np.stack([np.asarray(g) for g in gradients])

    def _gradient(self, vector: Array, batch: Batch, parts: Pieces) -> tuple[Loss, Any]:
        """Of one network; JAX works on the last part while others do something else."""
        found = self.moved(batch, *self.first(vector, batch, parts))
        loss = loss_of(batch, *found, self.measure)
        tangents = self.descriptor.jvp(batch.system, loss.forces, loss.strain, threads=self.threads)
        return loss, self.second(vector, batch, parts, loss, tangents)

    def second(
        self, vector: Array, batch: Batch, parts: Pieces, loss: Loss, tangents: Array
    ) -> Any:
        """Gradient (D,) of one network from tangents of features (N, M), overwritten; by JAX."""
        with np.errstate(over="ignore", invalid="ignore"):
            tangents *= self._scale(batch)
        per_atom, gradient = loss.energy[batch.owner], np.zeros_like(vector)
        for piece, x in parts:
            given = (piece.filled(a, self.precision) for a in (per_atom, tangents))
            reach = self._reach[piece.species]
            gradient = self.halves.second(vector, piece.species, reach, x, *given, gradient)
        return gradient

    def first(self, vector: Array, batch: Batch, parts: Pieces) -> tuple[Array, Array]:
        """Energies (N,) and slopes (N, M) by standardised features of one network."""
        energies, slopes = np.empty(len(batch.x)), np.empty(batch.x.shape)
        reach = self._reach
        waiting = [(p, self.halves.first(vector, p.species, reach[p.species], x)) for p, x in parts]
        for piece, (energy, slope) in waiting:
            energies[piece.atoms] = np.asarray(energy)[: piece.count]
            slopes[piece.atoms] = np.asarray(slope)[: piece.count]
        return energies, slopes

    def moved(self, batch: Batch, energies: Array, slopes: Array) -> Predicted:
        """Forces and virials from slopes by standardised features, which are overwritten."""
        with np.errstate(over="ignore", invalid="ignore"):
            slopes *= self._scale(batch)
        found = self.descriptor.vjp(batch.system, slopes, threads=self.threads)
        return Predicted(energies, *found)

    def pieces(self, batch: Batch) -> Pieces:
        """Atoms of a batch as JAX sees them."""
        pieces = pieces_of(batch.system.species)
        return [(piece, piece.filled(batch.x, self.precision)) for piece in pieces]

    def _scale(self, batch: Batch) -> Array:
        """By which standardised features change with features, (M,) or (N, M)."""
        scale = self.scaling.scale
        return scale[0] if len(scale) == 1 else scale[batch.system.species]

    @cached_property
    def _reach(self) -> Array:
        """Squared distances between which networks fade out, by species, (S, 2)."""
        return reach_of(self.fade).astype(self.precision)

    def _cast(self, vectors: Array) -> Iterator[Array]:
        return iter(vectors.astype(self.precision, copy=False))

    @cached_property
    def size(self) -> int:
        """Number D of parameters of a network."""
        return self.halves.flat.size


Pieces = list[tuple[Piece, Any]]
"""Pieces of a batch and their standardised features."""
