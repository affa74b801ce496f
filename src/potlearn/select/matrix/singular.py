r"""Leading left singular vectors of a matrix, :math:`X = U \Sigma W^T`, from its triangle."""

from __future__ import annotations

from functools import reduce

import numpy as np

from potlearn.errors import TooFewError
from potlearn.select.moments import Triangle
from potlearn.select.rows import Rows, blocks
from potlearn.typing import Array


def triangle_of(rows: Rows) -> Array:
    """R of a QR decomposition of all rows, read block by block."""
    return reduce(Triangle().merge, (Triangle().of(block) for _, block in blocks(rows)))


def check_rank(k: int, rank: int) -> None:
    """TooFewError where ``k`` is above the rank of X."""
    if k > rank:
        raise TooFewError(
            f"n_to_select is {k}, above the rank of X, {rank}: there are no more independent rows",
            rank,
        )


def typical_terms(values: Array, n: int, smallest: float) -> float:
    r"""Size of the terms of :math:`u = X w / \sigma`: the root mean square of |x| over sigma.

    Parameters
    ----------
    values : (r,) or (D, D)
        Singular values of X, or its triangle.
    n : int
        Number of rows.
    smallest : float
        The smallest sigma of those whose vectors are wanted.
    """
    return float(np.linalg.norm(values) / np.sqrt(n)) / smallest


def left_vectors(rows: Rows, k: int | None = None) -> tuple[Array, Array]:
    """Singular values (r,), and the k leading left singular vectors, (N, k), or all up to the rank.

    Raises
    ------
    TooFewError
        ``k`` is above the rank.
    """
    values, axes = Triangle().spectrum(triangle_of(rows), rows.shape[0])
    if k is not None:
        check_rank(k, len(values))
    leading = np.ascontiguousarray(axes[:, :k])
    return values, np.concatenate([block @ leading for _, block in blocks(rows)])
