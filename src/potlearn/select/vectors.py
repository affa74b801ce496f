"""Lengths, distances and directions of rows."""

from __future__ import annotations

import numpy as np

from potlearn.select.ties import first_largest
from potlearn.typing import Array


def squared_norms(X: Array) -> Array:
    """Squared lengths of rows, (n,)."""
    return np.asarray(np.einsum("ij,ij->i", X, X))


def squared_distances(X: Array, Y: Array, factor: float = 1.0) -> Array:
    """All :math:`f |x - y|^2`, (n, m), never of the other sign than the factor f.

    One product of matrices, counted from the mean of Y, which keeps the digits of far rows.
    """
    origin = Y.mean(axis=0)
    left, right = X - origin, Y - origin
    x, y = factor * squared_norms(left)[:, None], squared_norms(right)[:, None]
    left = np.hstack([left * (-2.0 * factor), x, np.full_like(x, factor)])
    values = left @ np.hstack([right, np.ones_like(y), y]).T
    bound = np.maximum if factor > 0 else np.minimum
    return np.asarray(bound(values, 0.0, out=values))


def oriented(axes: Array) -> Array:
    """Columns with the sign that makes their largest entry positive: the same on any machine."""
    sizes = np.abs(axes)
    largest = np.array([first_largest(size, 1.0) for size in sizes.T])
    return np.asarray(axes * np.sign(axes[largest, np.arange(axes.shape[1])]))


def orthonormal(v: Array, basis: Array) -> Array:
    """Direction of what a vector adds to orthonormal rows; projecting twice is enough."""
    before = after = float(v @ v)
    for _ in range(2 if len(basis) else 0):
        v = v - (basis @ v) @ basis
        before, after = after, float(v @ v)
        if after > 0.5 * before:
            break
    return np.asarray(v / after**0.5)
