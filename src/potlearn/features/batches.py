"""Several configurations in one call of the engine.

The engine works on blocks of atoms, as many as a SIMD register has lanes; a cell of one or two
atoms would leave most of them empty.  Configurations side by side, each with its own neighbours,
fill them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from potlearn.features.kinds import Parts
from potlearn.runtime import spans_within
from potlearn.typing import Array, Atoms

if TYPE_CHECKING:
    from potlearn.descriptors import Descriptor

# Atoms side by side in one call.
ATOMS = 512


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
            descriptor.rows(atoms, virial=False).forces if forces else None,
        )
        for atoms, b in zip(configurations, rows, strict=True)
    ]


def _batches(configurations: Sequence[Any], descriptor: Descriptor) -> list[list[Array]]:
    """Descriptors, batch by batch; a large configuration is a batch of its own."""
    spans = spans_within(map(len, configurations), ATOMS)
    return [_side_by_side(configurations[slice(*span)], descriptor) for span in spans]


def _side_by_side(batch: Sequence[Atoms], descriptor: Descriptor) -> list[Array]:
    """Features of every configuration, (N, M) each."""
    if len(batch) == 1:
        return [descriptor.features(batch[0])]
    ends = np.cumsum([len(atoms) for atoms in batch])
    return np.split(descriptor.features(batch), ends[:-1])
