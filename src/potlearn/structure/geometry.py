"""What a configuration must be to have an energy: one check for readers and potentials."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from potlearn.errors import DataError
from potlearn.structure.lattice import check_vectors
from potlearn.structure.neighbors import CLOSEST, pairs
from potlearn.typing import Array, Mask


def check_geometry(
    numbers: NDArray[np.int64],
    positions: Array,
    cell: Array,
    pbc: Mask,
    farthest: float,
) -> None:
    """Refuse a configuration without a meaning.

    Parameters
    ----------
    numbers : (N,)
        Atomic numbers.
    positions : (N, 3)
        Å.
    cell : (3, 3)
        Rows are cell vectors, in Å; zeros for an absent vector.
    pbc : (3,)
        Periodicity along each cell vector.
    farthest : float
        Largest coordinate, in Å.

    Raises
    ------
    DataError
        No atoms, no such element, a position or cell vector that is not finite or too long,
        periodicity along cell vectors that span no volume (or a cell thinner than 0.1 Å), or two
        atoms closer than 0.05 Å.
    """
    if len(numbers) == 0:
        raise DataError("configuration without atoms; expected at least one")
    check_vectors(cell, "cell vector {}", farthest)
    check_vectors(positions, "position of atom {}", farthest)
    if numbers.min() < 1 or numbers.max() > 118:
        atom = int(np.argmax((numbers < 1) | (numbers > 118)))
        raise DataError(f"atom {atom} has atomic number {numbers[atom]}; expected 1 to 118")
    pairs(positions, cell, pbc, CLOSEST)
