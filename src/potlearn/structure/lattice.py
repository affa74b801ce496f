"""Cell vectors as the neighbour search takes them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from potlearn.errors import DataError
from potlearn.typing import Array, Mask

THINNEST = 0.1
"""Smallest distance in Å between the planes of a lattice: thinner cells have no meaning."""
SKEWED = 10.0
"""Product of the vectors' lengths over their heights from which a lattice is reduced first."""


@dataclass(frozen=True)
class Lattice:
    r"""Three cell vectors that span space, of which some are periodic.

    Attributes
    ----------
    vectors : (3, 3)
        Rows, in Å.  Vectors that are zero, and periodic nowhere, are completed.
    inverse : (3, 3)
        Fractional coordinates are ``positions @ inverse``.
    steps : (3, 3) int64 or None
        Of a reduced lattice each vector in steps along the cell's: ``vectors = steps @ cell``.
        None: the vectors are those of the cell.
    """

    vectors: Array
    inverse: Array
    steps: NDArray[np.int64] | None = None

    @classmethod
    def of(cls, cell: Array, pbc: Mask) -> Lattice:
        """Lattice of a cell (rows) and its periodicity; very skewed ones are reduced.

        Raises
        ------
        DataError
            Periodic vectors span no volume, or lattice planes lie closer than 0.1 Å.
        """
        if not pbc.any():
            return cls(np.eye(3), np.eye(3))
        vectors = completed(cell, pbc)
        if vectors is not None:
            inverse = np.asarray(np.linalg.inv(vectors), float)
            heights, skew = _shape(vectors, inverse, pbc)
            if skew <= SKEWED and heights >= THINNEST:
                return cls(vectors, inverse)
        return _reduced(cell, pbc)


def completed(cell: Array, pbc: Mask) -> Array | None:
    """The cell with unit normals for absent vectors, or None if that spans no volume."""
    from ase.geometry import complete_cell

    present: Mask = np.any(cell != 0, axis=1)
    if not present[pbc].all() or (not present.all() and _dependent(cell[present])):
        return None
    vectors: Array = cell if present.all() else complete_cell(cell)
    lengths = np.sqrt((vectors**2).sum(1))
    return vectors if abs(np.linalg.det(vectors)) > 1e-10 * lengths.prod() else None


def _shape(vectors: Array, inverse: Array, pbc: Mask) -> tuple[float, float]:
    """Least height of the periodic vectors, and product of length over height."""
    gradients = np.sqrt((inverse**2).sum(0))[pbc]
    lengths = np.sqrt((vectors**2).sum(1))[pbc]
    return float(1 / gradients.max()), float((gradients * lengths).prod())


def periodic_part(cell: Array, pbc: Mask) -> Array | None:
    """Periodic vectors, with unit normals for the others; None if they span no volume."""
    return completed(np.where(pbc[:, None], cell, 0.0), pbc) if pbc.any() else np.eye(3)


def _reduced(cell: Array, pbc: Mask) -> Lattice:
    """The lattice by its shortest vectors, with unit normals along what is not periodic."""
    from ase.geometry import complete_cell, minkowski_reduce

    alone = np.where(pbc[:, None], cell, 0.0)
    if _dependent(alone[pbc]):
        raise DataError(_words(cell, pbc))
    try:
        short, steps = minkowski_reduce(alone, pbc)
    except RuntimeError:  # no end, by rounding
        raise DataError(_words(cell, pbc)) from None
    vectors: Array = complete_cell(np.asarray(short, float))
    inverse = np.asarray(np.linalg.inv(vectors), float)
    if not _shape(vectors, inverse, pbc)[0] >= THINNEST:
        raise DataError(_words(cell, pbc))
    steps = np.asarray(steps, np.int64)
    return Lattice(vectors, inverse, None if (steps == np.eye(3)).all() else steps)


def _dependent(vectors: Array) -> bool:
    """Whether vectors (rows) span less than their number of dimensions."""
    lengths = np.sqrt((vectors**2).sum(1))
    if not lengths.all():
        return True
    singular = np.linalg.svd(vectors / lengths[:, None], compute_uv=False)
    return float(singular.min()) <= 1e-10


def _words(cell: Array, pbc: Mask) -> str:
    absent = _letters(pbc & ~cell.any(axis=1))
    return (
        f"periodic along {_letters(pbc)}, but these cell vectors span no volume, or a cell thinner "
        f"than {THINNEST} Å: {cell.tolist()}{f'; {absent} is zero' if absent else ''}; give the "
        "whole cell, or set pbc to false along axes without one"
    )


def _letters(chosen: Mask) -> str:
    return ", ".join(letter for letter, is_ in zip("abc", chosen, strict=True) if is_)
