"""Small configurations side by side, as arrays: states beyond the data, made by the hundred."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from potlearn.engine import close_pairs
from potlearn.structure.neighbors import Neighbors, neighbors_of_many
from potlearn.structure.species import species_indices
from potlearn.structure.system import System
from potlearn.typing import Array, Atoms, Indices, Mask, Species


@dataclass(frozen=True, eq=False)
class Cells:
    """B configurations of N atoms in all, periodic along all directions or along none.

    Attributes
    ----------
    positions : (N, 3)
        In Å, configuration after configuration.
    species : (N,)
        Index of each atom's element.
    sizes : (B,)
        Atoms of each configuration, at least one.
    cells : (B, 3, 3)
        Cell vectors as rows; of a configuration that is not periodic, anything regular.
    periodic : (B,)
    """

    positions: Array
    species: Species
    sizes: Indices
    cells: Array
    periodic: Mask

    def __len__(self) -> int:
        return len(self.sizes)

    @classmethod
    def of(cls, configurations: Sequence[Atoms], species: Sequence[str]) -> Cells:
        """From ``ase.Atoms`` that are periodic along all directions or along none."""
        periodic = np.array([bool(a.pbc.all()) for a in configurations], bool)
        return cls(
            np.concatenate([np.zeros((0, 3)), *(a.positions for a in configurations)]),
            np.concatenate(
                [np.zeros(0, np.int32), *(species_indices(a, species) for a in configurations)]
            ),
            np.array([len(a) for a in configurations], np.int64),
            np.array(
                [a.cell if p else np.eye(3) for a, p in zip(configurations, periodic, strict=True)],
                float,
            ).reshape(-1, 3, 3),
            periodic,
        )

    @classmethod
    def joined(cls, parts: Sequence[Cells]) -> Cells:
        """Several sets as one."""
        return cls(
            *(
                np.concatenate([getattr(part, name) for part in parts])
                for name in ("positions", "species", "sizes", "cells", "periodic")
            )
        )

    @cached_property
    def first(self) -> Indices:
        """First atom of each configuration, and N, (B + 1,)."""
        return np.concatenate([[0], np.cumsum(self.sizes)])

    @property
    def owner(self) -> Indices:
        """Configuration of each atom, (N,)."""
        return np.repeat(np.arange(len(self)), self.sizes)

    @property
    def volumes(self) -> Array:
        """Volume per atom in Å³, (B,)."""
        found: Array = np.abs(np.linalg.det(self.cells)) / self.sizes
        return found

    def take(self, which: Indices | Mask) -> Cells:
        """Some of the configurations, in the order given."""
        chosen = np.arange(len(self))[which]
        sizes = self.sizes[chosen]
        start = np.repeat(self.first[chosen] - np.cumsum(sizes) + sizes, sizes)
        atoms = start + np.arange(len(start))
        return Cells(
            self.positions[atoms],
            self.species[atoms],
            self.sizes[chosen],
            self.cells[chosen],
            self.periodic[chosen],
        )

    def compositions(self, n_species: int) -> Array:
        """Fraction of each species, (B, S)."""
        counts = np.zeros((len(self), n_species))
        np.add.at(counts, (self.owner, self.species), 1.0)
        return counts / self.sizes[:, None]

    def sums(self, values: Array) -> Array:
        """Sums over the atoms of each configuration, of values (N, ...)."""
        found: Array = np.add.reduceat(values, self.first[:-1], axis=0)
        return found

    def neighbors(self, cutoff: float) -> Neighbors:
        """Neighbour list of all, side by side."""
        parts = self.positions, self.sizes, self.cells, self.periodic
        return neighbors_of_many(*parts, cutoff)

    def system(self, cutoff: float) -> System:
        """What potentials and descriptors evaluate."""
        owner = self.owner.astype(np.int32)
        return System(self.positions, self.species, self.neighbors(cutoff), owner, len(self))


def have_contact(cells: Cells, system: System, distance: float) -> Mask:
    """Whether each configuration has two atoms closer than a distance, (B,)."""
    found = np.zeros(len(cells), bool)
    near = close_pairs(system, distance)
    centres = np.searchsorted(system.neighbors.first, near, side="right") - 1
    found[cells.owner[centres]] = True
    return found


def deformed(cells: Cells, deformations: Array) -> Cells:
    """Cells and positions times a matrix for each configuration (B, 3, 3)."""
    positions = np.einsum("na,nab->nb", cells.positions, deformations[cells.owner])
    return Cells(positions, cells.species, cells.sizes, cells.cells @ deformations, cells.periodic)
