"""Atoms as programs with domains hold them: images of atoms are atoms of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from potlearn.structure.neighbors import Neighbors, neighbors
from potlearn.structure.species import species_indices
from potlearn.typing import Array, Atoms, Indices, Species


@dataclass(frozen=True, eq=False)
class Surroundings:
    """Centres, and the atoms around them.

    Attributes
    ----------
    positions : (N, 3)
        In Å.
    species : (N,)
        Index of each atom's element; -1 for atoms that do not interact.
    centers : (C,)
        Atoms whose energies are formed.
    first : (C + 1,)
        Where the neighbours of each centre start.
    neighbor : (P,)
        Neighbours of the centres in turn.
    atom : (N,)
        Which atom of the configuration each of them is, or is an image of.
    """

    positions: Array
    species: Species
    centers: Species
    first: Indices
    neighbor: Species
    atom: Indices

    @classmethod
    def of(
        cls, atoms: Atoms, species: Sequence[str], cutoff: float, list_: Neighbors | None = None
    ) -> Self:
        """A configuration with every atom as a centre; images within reach come after the atoms.

        Raises
        ------
        SpeciesError
            An element that is not among the species.
        """
        found = list_ or neighbors(atoms, cutoff)
        n = len(atoms)
        kinds = species_indices(atoms, species)
        image = np.flatnonzero(found.offsets.any(axis=1))
        keys = np.column_stack([found.j[image], found.offsets[image]])
        different, place = np.unique(keys, axis=0, return_inverse=True)
        atom = np.concatenate([np.arange(n), different[:, 0].astype(np.int64)])
        offsets = np.concatenate([np.zeros((n, 3)), different[:, 1:]])
        neighbor = found.j.astype(np.int32)
        neighbor[image] = n + place.ravel()
        return cls(
            positions=np.ascontiguousarray(atoms.positions[atom] + offsets),
            species=np.ascontiguousarray(kinds[atom], np.int32),
            centers=np.arange(n, dtype=np.int32),
            first=np.ascontiguousarray(found.first, np.int64),
            neighbor=neighbor,
            atom=atom,
        )

    def part(self, chosen: Sequence[int] | Indices) -> Self:
        """The same atoms with some of the centres, (k,) numbers of centres."""
        spans = [np.arange(self.first[c], self.first[c + 1]) for c in chosen]
        pairs = np.concatenate([np.zeros(0, np.int64), *spans])
        return replace(
            self,
            centers=self.centers[np.asarray(chosen, np.int64)],
            first=np.cumsum([0, *map(len, spans)]).astype(np.int64),
            neighbor=self.neighbor[pairs],
        )

    def gathered(self, values: Array, n_atoms: int) -> Array:
        """Values (N, ...) added up over the images of every atom, (n_atoms, ...)."""
        found = np.zeros((n_atoms, *values.shape[1:]))
        np.add.at(found, self.atom, values)
        return found
