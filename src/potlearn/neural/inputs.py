"""Pairs and features of configurations: kept within a budget, else made for each batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from potlearn.descriptors import Descriptor
from potlearn.potentials.neural import Scaling
from potlearn.structure.neighbors import neighbors
from potlearn.structure.species import species_indices
from potlearn.structure.system import System
from potlearn.typing import Array

if TYPE_CHECKING:
    from potlearn.data import Dataset


@dataclass
class Budget:
    """Memory that is left.

    Attributes
    ----------
    left : float
        Bytes.
    """

    left: float

    def take(self, n_bytes: float) -> bool:
        """Whether there is room for so many bytes, which are then taken."""
        if n_bytes > self.left:
            return False
        self.left -= n_bytes
        return True


@dataclass(eq=False)
class Inputs:
    """What the configurations of a dataset give to networks and to the engine.

    Pairs of atoms are kept of the first configurations, as many as the budget has room for;
    features of those whose pairs are kept, again as many as there is room for.

    Attributes
    ----------
    dataset : Dataset
    descriptor : Descriptor
    budget : Budget
    threads : int
        Of the descriptor.
    """

    dataset: Dataset
    descriptor: Descriptor
    budget: Budget
    threads: int = 1
    scaling: Scaling | None = field(default=None, init=False)
    dtype: str = field(default="float64", init=False)
    _systems: dict[int, System] = field(default_factory=dict, init=False)
    _x: dict[int, Array] = field(default_factory=dict, init=False)
    _bytes: dict[str, float] = field(default_factory=lambda: {"pairs": 0.0, "x": 0.0}, init=False)

    def system(self, index: int) -> System:
        """A configuration with its pairs."""
        if index in self._systems:
            return self._systems[index]
        atoms = self.dataset[index]
        system = System(
            np.array(atoms.positions, float),
            species_indices(atoms, self.descriptor.species),
            neighbors(atoms, self.descriptor.cutoff),
        )
        if self._take("pairs", _size(system)):
            self._systems[index] = system
        return system

    def features(self, system: System) -> Array:
        """Features of all atoms, (N, M)."""
        return self.descriptor.features(system, threads=self.threads)

    def joined(self, indices: Sequence[int]) -> tuple[System, Array]:
        """Configurations side by side, and their standardised features (N, M).

        Before :meth:`standardise` the features are as they are.
        """
        system = System.joined([self.system(k) for k in indices], self.descriptor.cutoff)
        if all(k in self._x for k in indices):
            return system, np.concatenate([self._x[k] for k in indices])
        return system, self._standardised(system)

    def standardise(self, scaling: Scaling, dtype: str) -> None:
        """Give standardised features from now on, in a precision."""
        self.scaling, self.dtype = scaling, dtype

    def keep(self, indices: Sequence[int], sizes: Sequence[int], x: Array) -> None:
        """Keep standardised features (N, M) of configurations of these sizes, if there is room."""
        for index, own in zip(indices, np.split(x, np.cumsum(sizes)[:-1]), strict=True):
            if index in self._systems and index not in self._x and self._take("x", own.nbytes):
                self._x[index] = own.copy()

    def note(self) -> str:
        """What is kept, in words."""
        n = len(self.dataset)
        atoms = max(int(self.dataset.n_atoms.sum()), 1)
        used = sum(self._bytes.values())
        size = f"{used / 1e9:.2g} GB, {used / atoms / 1e3:.2g} kB per atom"
        if len(self._x) == len(self._systems) == n:
            return f"features and pairs of all atoms are kept in memory ({size})"
        return (
            f"memory: pairs of {len(self._systems)} and features of {len(self._x)} of {n} "
            f"configurations are kept ({size}); of the others those with labels are made again for "
            "each batch"
        )

    def _standardised(self, system: System) -> Array:
        features = self.features(system)
        if self.scaling is None:
            return features
        return self.scaling.apply(features, system.species).astype(self.dtype, copy=False)

    def _take(self, what: str, n_bytes: float) -> bool:
        taken = self.budget.take(n_bytes)
        self._bytes[what] += n_bytes if taken else 0.0
        return taken


def _size(system: System) -> float:
    """Bytes of a configuration."""
    pairs = system.neighbors
    arrays = (system.positions, system.species, pairs.first, pairs.j, pairs.image)
    return float(sum(a.nbytes for a in arrays))
