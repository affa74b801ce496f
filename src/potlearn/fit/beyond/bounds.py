r"""One-sided soft bounds on a linear fit: what the data determine stays.

A quadratic objective rises from its minimiser :math:`c^*` as :math:`\|T (c - c^*)\|^2`, with
:math:`T^T T = R^T R + \lambda S^2`.  Bounds :math:`G c \ge h` with slack cost

.. math:: \min_{c, s} \|T (c - c^*)\|^2 + w \|s\|^2
    \quad\text{subject to}\quad G c + s \ge h .

With :math:`y = T (c - c^*)` this is a least-distance problem in :math:`(y, \sqrt w s)`, which always
has a solution; its dual is one of non-negative least squares in as many unknowns as there are
bounds.  Directions that the data leave open give way for nothing, the others hardly at all.

Columns without rows in the data take no part: their coefficients would meet any bound.

References
----------
Lawson & Hanson, *Solving Least Squares Problems* (1974), ch. 23, problem LDP.
"""

from __future__ import annotations

import numpy as np

from potlearn.fit.posed import Posed
from potlearn.fit.result import FitResult
from potlearn.fit.solve.problem import LinearProblem
from potlearn.fit.solve.spectrum import column_scales
from potlearn.linalg.blas import one_blas_thread
from potlearn.linalg.lapack import solve_triangular
from potlearn.linalg.nnls import nnls
from potlearn.linalg.triangular import Matrix, merge
from potlearn.typing import Array

UNSEEN = 1e-6
"""Columns with a norm below this part of the median one have not been seen by the data."""
_STIFFNESS = 1e-10


class SoftBounds:
    """Bounds on all coefficients (C,) of a fit, gathered bit by bit."""

    def __init__(self, result: FitResult) -> None:
        ledger = result.ledger
        self._posed = Posed.of(ledger, result.settings)
        problem = self._posed.problem
        place = {name: k for k, name in enumerate(ledger.columns)}
        norms = np.linalg.norm(problem.R, axis=0)
        seen = norms > UNSEEN * np.median(norms)
        self._free = np.array([place[name] for name in problem.names])
        self._seen = seen
        self._start = result.coefficients.ravel()
        penalties = np.sqrt(result.info.ridge) * column_scales(problem, result.info.scaling)
        self._metric = metric(problem, penalties)
        self._rows: list[Matrix] = []
        self._duals: list[Matrix] = []
        self._missing: list[Array] = []

    def __len__(self) -> int:
        return sum(map(len, self._missing))

    def add(self, rows: Matrix, bounds: Array) -> None:
        """Ask that ``rows @ coefficients >= bounds``: rows (m, C), bounds (m,)."""
        if not len(rows):
            return
        free = np.where(self._seen, rows[:, self._free], 0.0)
        self._rows.append(free)
        self._missing.append(bounds - rows @ self._start)
        dual = solve_triangular(self._metric, np.asfortranarray(free.T), transposed=True)
        self._duals.append(dual)

    def solve(self, weight: float) -> Array:
        """Coefficients (C,) with slack of this weight; the fit's own where all bounds hold."""
        missing = np.concatenate([*self._missing, np.zeros(0)])
        if (missing <= 0).all():
            return self._start
        with one_blas_thread():
            step = self._step(missing, weight)
        found = self._start.copy()
        found[self._free] += step
        return found

    def _step(self, missing: Array, weight: float) -> Array:
        A = np.hstack(self._duals)
        E = np.vstack([A, np.eye(len(missing)) / np.sqrt(weight), missing])
        lengths = np.linalg.norm(E, axis=0)
        target = np.zeros(len(E))
        target[-1] = 1.0
        u, _ = nnls(E / lengths, target, 50 * len(missing))
        residual = E @ (u / lengths) - target
        return solve_triangular(self._metric, -residual[: len(A)] / residual[-1])


def metric(problem: LinearProblem, penalties: Array) -> Matrix:
    """Triangle T of the stacked rows ``[R; diag(penalties)]``, dependent directions made stiff."""
    n = len(problem.names)
    floor = _STIFFNESS * problem.column_norms()
    square = np.zeros((n, n), order="F")
    square[: len(problem.R)] = problem.R
    diagonal = np.asfortranarray(np.diag(np.maximum(penalties, floor)))
    return merge(square, diagonal)[:n]
