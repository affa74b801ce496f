r"""Rows that are copies of others but for rounding and noise.

Rows within a distance :math:`\delta` of each other have projections within :math:`\delta` of each
other on every direction.  Rows are sorted by their projections on a few random directions, one
after the other, and divided where two neighbours are farther apart than :math:`\delta`.  In the few
parts with several rows, a tree of the projections finds the pairs whose distances are computed.
Memory is a few numbers for each row.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from potlearn.errors import SelectionError
from potlearn.select.rows import Rows, as_rows, blocks
from potlearn.select.vectors import squared_norms
from potlearn.typing import Array, Indices

# Distance of copies, in parts of the root mean square distance from the mean.
TOLERANCE = 1e-6
# Part of the largest length that is rounding; random directions.
ROUNDING, DIRECTIONS = 1e-14, 8


def near_copies(X: ArrayLike | Rows, tolerance: float = TOLERANCE, least: float = 0.0) -> Indices:
    """Number of the first row that each row is a copy of, (N,); its own where it is the first.

    Parameters
    ----------
    X : (N, D)
    tolerance : float
        Largest distance of copies, in parts of the root mean square distance of rows from their
        mean.
    least : float
        Distance that is added to it, for rows whose spread itself may be noise.

    Raises
    ------
    SelectionError
        ``X`` is malformed, or the tolerance is not a number from 0 to 1.
    """
    if not 0 <= tolerance <= 1:
        raise SelectionError(f"tolerance is {tolerance}; expected a number from 0 to 1")
    rows = as_rows(X)
    mean = np.sum([block.sum(axis=0) for _, block in blocks(rows)], axis=0) / rows.shape[0]
    projected, radius = _projections(rows, mean, tolerance)
    radius += least
    found = np.arange(rows.shape[0])
    for members in _parts(projected, radius):
        part = rows.take(members).read() - mean
        found[members] = members[_leaders(part, projected[members], radius)]
    return found


def _projections(rows: Rows, mean: Array, tolerance: float) -> tuple[Array, float]:
    """Rows along random directions, (N, DIRECTIONS), and the distance of copies."""
    d = rows.shape[1]
    axes = np.random.default_rng(0).normal(size=(d, DIRECTIONS))
    axes /= np.linalg.norm(axes, axis=0)
    parts, total, largest = [], 0.0, 0.0
    for _, block in blocks(rows):
        squares = squared_norms(block - mean)
        total += float(squares.sum())
        largest = max(largest, float(squared_norms(block).max()))
        parts.append((block - mean) @ axes)
    spread = (total / rows.shape[0]) ** 0.5
    return np.concatenate(parts), tolerance * spread + ROUNDING * largest**0.5


def _parts(projected: Array, radius: float) -> Iterator[Indices]:
    """Sets of several rows, ascending, outside of which no row is within the radius of another."""
    left = np.arange(len(projected))
    part = np.zeros(len(projected), np.int64)
    for column in projected.T:
        order = np.lexsort((column[left], part))
        left, part = left[order], part[order]
        new = np.ones(len(part), bool)
        new[1:] = (np.diff(part) > 0) | (np.diff(column[left]) > 2 * radius)
        part = np.cumsum(new) - 1
        several = np.bincount(part)[part] > 1
        left, part = left[several], part[several]
    for members in np.split(left, np.flatnonzero(np.diff(part)) + 1):
        if len(members):
            yield np.sort(members)


def _leaders(X: Array, projected: Array, radius: float) -> Indices:
    """The first row within the radius of each that is not itself within that of another."""
    from scipy.spatial import KDTree

    tree = KDTree(projected, balanced_tree=False)
    found = np.full(len(X), -1)
    for i in range(len(X)):
        if found[i] < 0:
            near = np.asarray(tree.query_ball_point(projected[i], 2 * radius, p=np.inf))
            near = near[found[near] < 0]
            found[near[squared_norms(X[near] - X[i]) <= radius**2]] = i
            found[i] = i
    return found
