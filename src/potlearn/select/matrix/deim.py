r"""Rows where the leading singular vectors are interpolated best (DEIM).

.. math::
    p_1 = \arg\max_i |u_1|_i, \qquad
    p_j = \arg\max_i |u_j - U_{j-1}\, U_{j-1}[p]^{-1} u_j[p]|_i

(Sorensen & Embree, A DEIM induced CUR factorization, 2016, algorithm 1): these are the pivots of
an LU factorisation of the singular vectors.  LAPACK's would leave near-ties to rounding; halves of
the columns in turn keep nearly all work in products of matrices, as there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from typing_extensions import override

from potlearn.linalg.blas import lapack
from potlearn.select.matrix.singular import left_vectors, typical_terms
from potlearn.select.rows import Rows
from potlearn.select.run import Run
from potlearn.select.selection import Selection
from potlearn.select.selector import Labels, Sized
from potlearn.select.ties import first_largest
from potlearn.typing import Array, Indices


@dataclass(frozen=True)
class DEIM(Sized):
    """Choose the interpolation points of k singular vectors; scores are the residuals there.

    Parameters
    ----------
    n_to_select : int
        Number k of rows, at most the rank of X.
    """

    copies: ClassVar[bool] = False

    @override
    def most(self, n: int, d: int) -> int:
        return min(n, d)

    @override
    def choose(self, rows: Rows, labels: Labels | None, run: Run) -> Selection:
        k = self.n_to_select
        values, U = left_vectors(rows, k)
        terms = typical_terms(values, len(U), float(values[k - 1]))
        pivots, residuals = lu_pivots(U, terms)
        return Selection(pivots, np.abs(residuals))


def lu_pivots(U: Array, size: float) -> tuple[Indices, Array]:
    """Pivot rows of a tall matrix (N, k), and the pivots; ``size`` is that of the terms of U."""
    pivots, residuals = list[int](), list[float]()
    _eliminate(np.ascontiguousarray(U.T), pivots, residuals, size)
    return np.array(pivots, np.int64), np.array(residuals)


def _eliminate(left: Array, pivots: list[int], residuals: list[float], size: float) -> None:
    """Turn the remainders of some columns of U, (k, N), into columns of L; no rows are swapped."""
    half = len(left) // 2
    if half == 0:
        left[0, pivots] = 0.0
        pivots.append(first_largest(np.abs(left[0]), size))
        residuals.append(float(left[0, pivots[-1]]))
        left /= residuals[-1]
        return
    first, second = left[:half], left[half:]
    _eliminate(first, pivots, residuals, size)
    among = pivots[-half:]
    triangle, known = first[:, among].T, second[:, among].T
    second -= lapack().dtrtrs(triangle, known, lower=1, unitdiag=1)[0].T @ first
    _eliminate(second, pivots, residuals, size)
