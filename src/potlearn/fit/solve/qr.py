"""Least squares without a penalty."""

from __future__ import annotations

from dataclasses import dataclass

from typing_extensions import override

from potlearn.errors import FitError
from potlearn.fit.solve.problem import LinearProblem, Solution, SolveInfo, Solver
from potlearn.linalg.lapack import solve_triangular


@dataclass(frozen=True)
class QR(Solver):
    """Least squares by back-substitution; no regularisation.

    Raises
    ------
    FitError
        Columns are dependent to rounding (they are named), or there are more columns than rows.
    """

    n_folds: int = 0

    @override
    def solve(self, problem: LinearProblem) -> Solution:
        k, n = problem.R.shape
        if k < n:
            raise FitError(
                f"{n} columns but only {problem.n_rows} rows: solver 'qr' needs at least as many "
                "rows as columns; take 'ridge', 'svd', or a smaller basis"
            )
        names = problem.dependent_columns()
        if names:
            raise FitError(
                f"{len(names)} of {n} columns depend on the others: "
                f"{', '.join(names[:8])}{', ...' if len(names) > 8 else ''}; "
                "drop them, or take a solver with regularisation"
            )
        c = solve_triangular(problem.R, problem.z)
        info = SolveInfo("qr", 0.0, n, float("nan"), float(n), problem.residual(c))
        return Solution(c, info)
