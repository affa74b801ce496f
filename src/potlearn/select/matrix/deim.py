r"""Rows where the leading singular vectors are interpolated best (DEIM).

.. math::
    p_1 = \arg\max_i |u_1|_i, \qquad
    p_j = \arg\max_i |u_j - U_{j-1}\, U_{j-1}[p]^{-1} u_j[p]|_i

(Sorensen & Embree, A DEIM induced CUR factorization, 2016, algorithm 1): these are the pivots of
an LU factorisation of the singular vectors.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from typing_extensions import override

from potlearn.linalg.blas import lapack
from potlearn.select.matrix.singular import left_vectors
from potlearn.select.rows import Rows
from potlearn.select.run import Run
from potlearn.select.selection import Selection
from potlearn.select.selector import Labels, Sized
from potlearn.typing import Array, Indices


@dataclass(frozen=True)
class DEIM(Sized):
    """Choose the interpolation points of k singular vectors; scores are the residuals there.

    Parameters
    ----------
    n_to_select : int
        Number k of rows, at most the rank of X.
    """

    @override
    def most(self, n: int, d: int) -> int:
        return min(n, d)

    @override
    def choose(self, rows: Rows, labels: Labels | None, run: Run) -> Selection:
        pivots, factor = lu_pivots(left_vectors(rows, self.n_to_select))
        return Selection(pivots, np.abs(np.diag(factor)))


def lu_pivots(U: Array) -> tuple[Indices, Array]:
    """Pivot rows of a tall matrix (N, k), and its factors in one matrix."""
    factor, swaps, _ = lapack().dgetrf(np.asfortranarray(U))
    order = np.arange(len(U))
    for j, p in enumerate(swaps.tolist()):
        order[[j, p]] = order[[p, j]]
    return order[: U.shape[1]], factor
