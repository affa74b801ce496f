"""What descriptors on the compiled engine have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from potlearn.descriptors.base import (
    Configurations,
    DesignRows,
    Energies,
    Evaluator,
    Gradient,
)
from potlearn.descriptors.network import check_network
from potlearn.engine import Engine, Network, Program
from potlearn.errors import BasisError
from potlearn.runtime import shown
from potlearn.structure.neighbors import Neighbors
from potlearn.structure.system import System
from potlearn.typing import Array


@dataclass(frozen=True, eq=False)
class FoldedModel:
    """A linear model on an engine.

    Attributes
    ----------
    engine : Engine
        Of any basis, such as one feature per model.
    coefficients : (n_species, 1 + K) or (S, n_species, 1 + K)
        Of that engine's K features.
    species, cutoff :
        What configurations are made ready with.
    """

    engine: Engine
    coefficients: Array
    species: tuple[str, ...]
    cutoff: float

    def __call__(
        self, atoms: Configurations, neighbors: Neighbors | None = None, *, threads: int = 1
    ) -> Energies:
        """Energies, forces and virial."""
        system = System.of(atoms, self.species, self.cutoff, neighbors)
        return Energies(*self.engine.energy_forces(system, self.coefficients, threads))


@dataclass(frozen=True, eq=False)
class EmbeddedModel:
    """A network on an engine.

    Attributes
    ----------
    engine : Engine
    network : Network
        Of that engine's features.
    species, cutoff :
        What configurations are made ready with.
    """

    engine: Engine
    network: Network
    species: tuple[str, ...]
    cutoff: float

    def __call__(
        self, atoms: Configurations, neighbors: Neighbors | None = None, *, threads: int = 1
    ) -> Energies:
        """Energies, forces and virial."""
        system = System.of(atoms, self.species, self.cutoff, neighbors)
        return Energies(*self.engine.network_energy_forces(system, self.network, threads))


class Outline(NamedTuple):
    """What an evaluation of a linear model runs, without its tables and coefficients.

    Attributes
    ----------
    lowest, degrees : tuple of int
        Angular degrees, from and to, of each radial function.
    cutoffs : (S, S)
        Of pairs (centre, neighbour), in Å.
    program : Program
        Of the atoms of one species; that of the others has the same length.
    """

    lowest: tuple[int, ...]
    degrees: tuple[int, ...]
    cutoffs: Array
    program: Program


class CompiledDescriptor(ABC):
    """A family whose features are those of an engine; a subclass gives the basis.

    Every operation is that of :class:`~potlearn.descriptors.Descriptor`.
    """

    species: tuple[str, ...]
    cutoff: float

    @property
    @abstractmethod
    def engine(self) -> Engine:
        """Tables and polynomials, compiled; made once."""

    @property
    def n_features(self) -> int:
        """Number of features per atom."""
        return self.engine.n_features

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Identity of each feature."""
        return self.engine.basis.names

    @property
    def smoothness(self) -> Array | None:
        """None: a penalty weighs features by the size of their columns."""
        return None

    def system(self, atoms: Configurations, neighbors: Neighbors | None = None) -> System:
        """Configurations made ready: several evaluations at the same positions share it."""
        return System.of(atoms, self.species, self.cutoff, neighbors)

    def features(
        self, atoms: Configurations, neighbors: Neighbors | None = None, *, threads: int = 1
    ) -> Array:
        """Features of every atom, (N, M)."""
        return self.engine.features(self.system(atoms, neighbors), threads)

    def vjp(
        self,
        atoms: Configurations,
        weights: Array,
        neighbors: Neighbors | None = None,
        *,
        threads: int = 1,
    ) -> Gradient:
        r"""Forces and virial of :math:`\sum_{ik} w_{ik} B_k(i)` at fixed weights (N, M)."""
        return Gradient(*self.engine.vjp(self.system(atoms, neighbors), weights, threads))

    def jvp(
        self,
        atoms: Configurations,
        displacements: Array | None = None,
        strain: Array | None = None,
        neighbors: Neighbors | None = None,
        *,
        threads: int = 1,
    ) -> Array:
        """Derivative of the features (N, M) along displacements (N, 3) and a strain (3, 3)."""
        system = self.system(atoms, neighbors)
        return self.engine.jvp(system, displacements, strain, threads)

    def rows(
        self,
        atoms: Configurations,
        neighbors: Neighbors | None = None,
        *,
        virial: bool = True,
        threads: int = 1,
    ) -> DesignRows:
        """Rows of the linear model (:class:`~potlearn.descriptors.DesignRows`)."""
        system = self.system(atoms, neighbors)
        return DesignRows(*self.engine.rows(system, virial=virial, threads=threads))

    def outline(self) -> Outline:
        """What a model of this descriptor runs: its force time follows from it."""
        basis = self.engine.basis
        cutoffs = np.array([table.cutoff for table in basis.tables])[basis.table_of]
        return Outline(basis.lowest, basis.degrees, cutoffs, basis.programs[0])

    def fold(self, coefficients: Array) -> Evaluator:
        """The linear model of coefficients (n_species, 1 + M) or (S, n_species, 1 + M)."""
        c = checked(coefficients, len(self.species), self.n_features)
        return FoldedModel(self.engine, c, self.species, self.cutoff)

    def embed(self, network: Network) -> Evaluator:
        """A network of the features, compiled: energies and forces in one pass.

        Raises
        ------
        BasisError
            The network is of another number of species or features.
        """
        check_network(network, len(self.species), self.n_features)
        return EmbeddedModel(self.engine, network, self.species, self.cutoff)

    @abstractmethod
    def prune(self, names: Sequence[str]) -> Self:
        """The descriptor of the named features, in this order."""


def checked(coefficients: Array, n_species: int, n_features: int) -> Array:
    """Coefficients of a linear model; BasisError where the shape is not that of the descriptor."""
    c = np.ascontiguousarray(coefficients, float)
    if c.ndim not in (2, 3) or c.shape[-2:] != (n_species, 1 + n_features):
        raise BasisError(
            f"coefficients: expected shape ({n_species}, {1 + n_features}), or that of several "
            f"models with a leading axis, got {c.shape}"
        )
    return c


def positions_of(names: Sequence[str], known: Sequence[str], what: str) -> list[int]:
    """Positions of names among the known ones; BasisError for another name, one twice, or none."""
    place = {name: k for k, name in enumerate(known)}
    unknown = [name for name in names if name not in place]
    if unknown:
        raise BasisError(f"{what}: no feature is called {shown(unknown[0])}")
    if not names or len(set(names)) < len(names):
        raise BasisError(f"{what}: expected names of different features, got {shown(list(names))}")
    return [place[name] for name in names]
