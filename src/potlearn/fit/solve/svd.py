"""Least squares of least norm."""

from __future__ import annotations

from dataclasses import dataclass

from typing_extensions import override

from potlearn.errors import FitError
from potlearn.fit.solve.problem import LinearProblem, Solution, SolveInfo, Solver
from potlearn.fit.solve.spectrum import Spectrum


@dataclass(frozen=True)
class SVD(Solver):
    r"""Least-norm solution from singular values above ``cut`` times the largest one."""

    cut: float = 1e-10
    scaling: str = "columns"
    n_folds: int = 0

    @override
    def solve(self, problem: LinearProblem) -> Solution:
        if not 0 <= self.cut < 1:
            raise FitError(f"relative cut is {self.cut}; expected 0 <= cut < 1")
        spectrum = Spectrum.of(problem, self.scaling)
        c, rank = spectrum.truncated(self.cut)
        residual = problem.residual(c)
        return Solution(c, SolveInfo("svd", 0.0, rank, spectrum.condition, float(rank), residual))
