r"""Root mean square deviation of two sets of points after the best alignment.

.. math::
    d(P, Q) = \min_{R, t} \sqrt{\frac1n \sum_i |p_i - R q_i - t|^2}, \qquad
    R = U \operatorname{diag}(1, 1, \det U V^T)\, V^T, \quad P^T Q = U S V^T

with both sets counted from their means (Kabsch, A solution for the best rotation to relate two
sets of vectors, 1976 and 1978).  In a periodic cell point i of Q is the image nearest to
:math:`p_i`; alignment by a rotation is then left to the caller's choice, since it turns no cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from potlearn.errors import SelectionError
from potlearn.typing import Array


def rmsd(
    P: Array,
    Q: Array,
    cell: Array | None = None,
    pbc: bool | Sequence[bool] = True,
    *,
    rotate: bool = True,
) -> float:
    """Deviation of points with the same numbering, in their unit.

    Parameters
    ----------
    P, Q : (n, 3)
        Points.
    cell : (3, 3), optional
        Rows are the cell's vectors.
    pbc : bool or three of them
        Directions in which the cell repeats.
    rotate : bool
        Whether to rotate; means are always brought together.

    Raises
    ------
    SelectionError
        Shapes differ, or there are no points.
    """
    p, q = _centred(P, Q, cell, pbc)
    return float(np.sqrt(np.mean(np.sum((p - _turned(p, q, rotate)) ** 2, axis=1))))


def rmsd_gradients(
    P: Array,
    Q: Array,
    cell: Array | None = None,
    pbc: bool | Sequence[bool] = True,
    *,
    rotate: bool = True,
) -> tuple[Array, Array]:
    r"""Derivatives of :func:`rmsd` in both sets, (n, 3) each; zero where it is.

    .. math::
        \frac{\partial d}{\partial p_i} = \frac{p_i - R q_i}{n d}, \qquad
        \frac{\partial d}{\partial q_i} = -R^T \frac{\partial d}{\partial p_i}

    as R and t are at the minimum.
    """
    p, q = _centred(P, Q, cell, pbc)
    rotation = _rotation(p, q) if rotate else np.eye(3)
    steps = p - q @ rotation.T
    size = np.sqrt(len(p) * np.sum(steps**2))
    along = steps / size if size > 0 else np.zeros_like(steps)
    return along, -along @ rotation


def _centred(
    P: Array, Q: Array, cell: Array | None, pbc: bool | Sequence[bool]
) -> tuple[Array, Array]:
    p, q = np.asarray(P, np.float64), np.asarray(Q, np.float64)
    if p.shape != q.shape or p.ndim != 2 or p.shape[1] != 3 or len(p) == 0:
        raise SelectionError(f"expected two sets of points (n, 3); got {p.shape} and {q.shape}")
    if cell is not None:
        q = p + _nearest_images(q - p, cell, pbc)
    return p - p.mean(axis=0), q - q.mean(axis=0)


def _nearest_images(steps: Array, cell: Array, pbc: bool | Sequence[bool]) -> Array:
    """Shortest periodic images of vectors, in a cell of any shape."""
    from ase import geometry

    find_mic: Any = geometry.find_mic
    shortest, _ = find_mic(steps, np.asarray(cell, np.float64), pbc)
    return np.asarray(shortest, np.float64)


def _turned(p: Array, q: Array, rotate: bool) -> Array:
    return q @ _rotation(p, q).T if rotate else q


def _rotation(p: Array, q: Array) -> Array:
    """Proper rotation that brings q closest to p."""
    U, _, Vt = np.linalg.svd(p.T @ q)
    handed = np.array([1.0, 1.0, np.sign(np.linalg.det(U @ Vt))])
    return np.asarray((U * handed) @ Vt)
