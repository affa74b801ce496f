"""Cell vectors as the neighbour search takes them."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot

import numpy as np
from numpy.typing import NDArray

from potlearn.errors import DataError
from potlearn.typing import Array, Mask

THINNEST = 0.1
"""Smallest distance in Å between the planes of a lattice: thinner cells have no meaning."""
FARTHEST = 1e8
"""Largest coordinate, in Å: beyond, differences of positions lose the digits that forces need."""
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
            Vectors are not finite, periodic ones span no volume, or lattice planes lie closer
            than 0.1 Å.
        """
        if not pbc.any():
            return cls(np.eye(3), np.eye(3))
        vectors = completed(cell, pbc)
        if vectors is not None:
            inverse = np.asarray(np.linalg.inv(vectors), float)
            height, skew = _shape(vectors, inverse)
            if skew <= SKEWED and height >= THINNEST:
                return cls(vectors, inverse)
        check_vectors(cell, "cell vector {}")
        return _reduced(cell, pbc)


def completed(cell: Array, pbc: Mask) -> Array | None:
    """The cell with unit normals for absent vectors, or None if that spans no volume."""
    from ase.geometry import complete_cell

    present = [any(vector) for vector in cell.tolist()]
    vectors: Array = cell
    if not all(present):
        if not np.array(present)[pbc].all() or _dependent(cell[present]):
            return None
        vectors = complete_cell(cell)
    a, b, c = vectors.tolist()
    volume = abs(sum(x * y for x, y in zip(a, _cross(b, c), strict=True)))
    return vectors if volume > 1e-10 * hypot(*a) * hypot(*b) * hypot(*c) else None


def _cross(a: list[float], b: list[float]) -> tuple[float, float, float]:
    """The vector product; NumPy's takes ten times as long for two vectors."""
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def _shape(vectors: Array, inverse: Array) -> tuple[float, float]:
    """Least height of vectors (rows), and product of length over height."""
    steepest, skew = 0.0, 1.0
    for vector, gradient in zip(vectors.tolist(), inverse.T.tolist(), strict=True):
        steepest, skew = max(steepest, hypot(*gradient)), skew * hypot(*gradient) * hypot(*vector)
    return 1 / steepest, skew


def heights(cell: Array) -> Array:
    """Distances (3,) in Å between opposite faces of a cell (rows); infinity for absent vectors."""
    with np.errstate(divide="ignore"):
        found: Array = 1 / np.linalg.norm(np.linalg.pinv(cell), axis=0)
    return found


def periodic_part(cell: Array, pbc: Mask) -> Array | None:
    """Periodic vectors, with unit normals for the others; None if they span no volume."""
    return completed(np.where(pbc[:, None], cell, 0.0), pbc) if pbc.any() else np.eye(3)


def _reduced(cell: Array, pbc: Mask) -> Lattice:
    """The lattice by its shortest vectors, with unit normals along what is not periodic."""
    from ase.geometry import complete_cell, minkowski_reduce

    alone = np.where(pbc[:, None], cell, 0.0)
    if _dependent(alone[pbc]) or np.linalg.norm(alone[pbc], axis=1).min() < THINNEST:
        raise DataError(_words(cell, pbc))
    try:
        short, steps = minkowski_reduce(alone, pbc)
    except (RuntimeError, OverflowError):  # no end, or no integers, by rounding
        raise DataError(_words(cell, pbc)) from None
    vectors: Array = complete_cell(np.asarray(short, float))
    inverse = np.asarray(np.linalg.inv(vectors), float)
    if not _shape(vectors[pbc], inverse[:, pbc])[0] >= THINNEST:
        raise DataError(_words(cell, pbc))
    steps = np.asarray(steps, np.int64)
    return Lattice(vectors, inverse, None if (steps == np.eye(3)).all() else steps)


def _dependent(vectors: Array) -> bool:
    """Whether vectors (rows) span less than their number of dimensions."""
    with np.errstate(over="ignore"):
        lengths = np.sqrt((vectors**2).sum(1))
    if not (lengths.all() and np.isfinite(lengths).all()):
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


def check_vectors(vectors: Array, name: str, farthest: float = FARTHEST) -> None:
    """Refuse vectors (rows) that are not finite or too long; ``name`` holds ``{}`` for the row."""
    if np.abs(vectors).max(initial=0.0) <= farthest:
        return
    row = int(np.argmax(~(np.abs(vectors) <= farthest).all(axis=1)))
    problem = f"beyond {farthest:g} Å" if np.isfinite(vectors[row]).all() else "not finite"
    raise DataError(f"{name.format(row)} is {problem}: {vectors[row].tolist()}")
