"""Lengths, distances and directions of rows."""

from __future__ import annotations

import numpy as np

from potlearn.select.selection import Array


def squared_norms(X: Array) -> Array:
    """Squared lengths of rows, (n,)."""
    return np.asarray(np.einsum("ij,ij->i", X, X))


def squared_distances(X: Array, Y: Array) -> Array:
    """All :math:`|x - y|^2`, (n, m), never negative."""
    squares = X @ Y.T
    squares *= -2.0
    squares += squared_norms(X)[:, None]
    squares += squared_norms(Y)
    return np.asarray(np.maximum(squares, 0.0, out=squares))


def orthonormal(v: Array, basis: Array) -> Array:
    """Direction of what a vector adds to orthonormal rows; projecting twice is enough."""
    before = after = float(v @ v)
    for _ in range(2 if len(basis) else 0):
        v = v - (basis @ v) @ basis
        before, after = after, float(v @ v)
        if after > 0.5 * before:
            break
    return np.asarray(v / after**0.5)
