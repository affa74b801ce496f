"""Atoms with padded rows of neighbours: the form in which JAX gets a system.

Numbers of atoms and of neighbours are rounded up to a few sizes, so that few programs are compiled.
Nothing here loads JAX.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from potlearn.engine.basis import Basis
from potlearn.engine.engine import close_pairs
from potlearn.errors import DataError
from potlearn.structure.system import System
from potlearn.typing import Array, Indices

FEWEST_ATOMS = 16
FEWEST_NEIGHBORS = 8


class Inputs(NamedTuple):
    """N atoms with K places for neighbours each, as NumPy or JAX arrays.

    Attributes
    ----------
    positions : (N, 3)
        In Å.
    species : (N,)
        Index of each atom's element.
    neighbor : (N, K)
        Index of each neighbour; places without one have the atom itself.
    offsets : (N, K, 3)
        What is added to the neighbour's position, in Å.
    present : (N, K)
        Which places have a neighbour.
    """

    positions: Any
    species: Any
    neighbor: Any
    offsets: Any
    present: Any


def padded_size(n: int, fewest: int) -> int:
    """The least of ``fewest`` · 1, 2, 3, 4, 6, 8, 12, ... that is not below ``n``."""
    size = fewest
    while size < n:
        if 3 * size // 2 >= n and size > fewest:
            return 3 * size // 2
        size *= 2
    return size


@dataclass(frozen=True, eq=False)
class Packing:
    """How systems become inputs for a basis: the reach of its tables, and its checks."""

    basis: Basis

    @cached_property
    def key(self) -> str:
        """What inputs of a system depend on."""
        return repr((self.reach.tolist(), self.closest.tolist()))

    @cached_property
    def reach(self) -> Array:
        """Cutoff of every pair of species, (S, S)."""
        return np.array([t.cutoff for t in self.basis.tables], float)[self.basis.table_of]

    @cached_property
    def closest(self) -> Array:
        """Least distance of every pair of species, (S, S)."""
        closest = np.array([t.closest for t in self.basis.tables]) * (1 + 1e-12)
        return np.asarray(closest[self.basis.table_of], float)

    def inputs(self, system: System) -> Inputs:
        """Inputs of a system: pairs within the cutoff, sizes rounded up.

        Raises
        ------
        DataError
            Atoms closer than a table covers.
        ValueError
            Arrays that do not fit.
        """
        self._check(system)
        list_, species = system.neighbors, system.species
        i, j = list_.i, list_.j
        near = _lengths(list_.vectors(system.positions)) < self.reach[species[i], species[j]]
        return _padded(system, np.flatnonzero(near), i)

    def _check(self, system: System) -> None:
        candidates = close_pairs(system, float(self.closest.max()))  # checks the arrays
        if len(system) and system.species.max() >= self.basis.n_species:
            raise ValueError("species index out of range")
        if not len(candidates):
            return
        list_, z = system.neighbors, system.species
        i, j = list_.i[candidates], list_.j[candidates]
        r = _lengths(list_.vectors(system.positions)[candidates])
        closest = self.closest[z[i], z[j]]
        for p in np.flatnonzero(r < closest)[:1].tolist():
            raise DataError(
                f"atoms {i[p]} and {j[p]} are {r[p]:.6f} Å apart; "
                f"the radial table starts at {closest[p]:.6f} Å"
            )


def _lengths(vectors: Array) -> Array:
    return np.asarray(np.sqrt(np.einsum("pc,pc->p", vectors, vectors)))


def _padded(system: System, kept: Indices, centre: Indices) -> Inputs:
    """Inputs with the kept pairs, whose centres ascend."""
    n, i, list_ = len(system), centre[kept], system.neighbors
    counts = np.bincount(i, minlength=n)
    first = np.cumsum(counts) - counts
    rows = padded_size(n, FEWEST_ATOMS)
    places = padded_size(int(counts.max(initial=0)), FEWEST_NEIGHBORS)
    at = i, np.arange(len(i)) - first[i]
    positions, species = np.zeros((rows, 3)), np.zeros(rows, np.int32)
    positions[:n], species[:n] = system.positions, system.species
    neighbor = np.repeat(np.arange(rows, dtype=np.int32)[:, None], places, 1)
    offsets, present = np.zeros((rows, places, 3)), np.zeros((rows, places), bool)
    _, neighbor[at], offsets[at] = list_.some(kept)
    present[at] = True
    return Inputs(positions, species, neighbor, offsets, present)


def padded_rows(array: Array, rows: int) -> Array:
    """Zeros appended to the first axis."""
    return np.pad(array, [(0, rows - len(array)), *[(0, 0)] * (array.ndim - 1)])
