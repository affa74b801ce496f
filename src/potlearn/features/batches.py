"""Several configurations in one call of the engine.

The engine works on blocks of atoms, as many as a SIMD register has lanes; a cell of one or two
atoms would leave most of them empty.  Configurations side by side, each with its own neighbours,
fill them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from potlearn.features.kinds import Parts
from potlearn.structure.neighbors import Neighbors, neighbors
from potlearn.typing import Array, Atoms

if TYPE_CHECKING:
    from potlearn.descriptors import Descriptor

# Atoms side by side in one call.
ATOMS = 512


@dataclass(frozen=True)
class Batch:
    """Configurations side by side: one ``ase.Atoms`` without cell, and the neighbours of each."""

    atoms: Atoms
    neighbors: Neighbors
    first: NDArray[np.int64]

    @classmethod
    def of(cls, configurations: Sequence[Any], cutoff: float) -> Batch:
        """Configurations and their neighbours within ``cutoff`` Å."""
        from ase import Atoms

        lists = [neighbors(atoms, cutoff) for atoms in configurations]
        sizes = np.array([len(atoms) for atoms in configurations])
        first = np.concatenate([[0], np.cumsum(sizes)])
        pairs = np.concatenate([[0], np.cumsum([len(n.j) for n in lists])])
        joined = Neighbors(
            first=np.concatenate(
                [[0], *(n.first[1:] + p for n, p in zip(lists, pairs, strict=False))]
            ),
            j=np.concatenate([n.j + np.int32(a) for n, a in zip(lists, first, strict=False)]),
            shifts=np.concatenate([n.shifts for n in lists]),
            offsets=np.concatenate([n.offsets for n in lists]),
            cutoff=cutoff,
        )
        atoms: Any = Atoms(
            numbers=np.concatenate([atoms.numbers for atoms in configurations]),
            positions=np.concatenate([atoms.positions for atoms in configurations]),
        )
        return cls(atoms, joined, first)

    def descriptors(self, descriptor: Descriptor) -> list[Array]:
        """Descriptors of every configuration, (N, M) each."""
        rows = descriptor.descriptors(self.atoms, self.neighbors)
        return [rows[a:b] for a, b in zip(self.first[:-1], self.first[1:], strict=True)]


def parts_of(
    configurations: Sequence[Any], descriptor: Descriptor, forces: bool = False
) -> list[Parts]:
    """What the features of some configurations are made of.

    Raises
    ------
    SpeciesError
        An element that the descriptor does not know.
    """
    from potlearn.structure.species import species_indices

    n_species = len(descriptor.species)
    rows = [b for batch in _batches(configurations, descriptor) for b in batch]
    return [
        Parts(
            b,
            species_indices(atoms, descriptor.species),
            n_species,
            descriptor.design(atoms, virial=False).forces if forces else None,
        )
        for atoms, b in zip(configurations, rows, strict=True)
    ]


def _batches(configurations: Sequence[Any], descriptor: Descriptor) -> list[list[Array]]:
    """Descriptors, batch by batch; a large configuration is a batch of its own."""
    batches: list[list[Any]] = [[]]
    total = 0
    for atoms in configurations:
        if batches[-1] and total + len(atoms) > ATOMS:
            batches.append([])
            total = 0
        batches[-1].append(atoms)
        total += len(atoms)
    found = []
    for batch in batches:
        if len(batch) == 1:
            found.append([descriptor.descriptors(batch[0])])
        elif batch:
            found.append(Batch.of(batch, descriptor.cutoff).descriptors(descriptor))
    return found
