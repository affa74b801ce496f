"""A given penalty."""

from __future__ import annotations

from dataclasses import dataclass

from typing_extensions import override

from potlearn.errors import FitError
from potlearn.fit.solve.penalised import RidgeFactor
from potlearn.fit.solve.problem import LinearProblem, Solution, Solver
from potlearn.fit.solve.spectrum import column_scales


@dataclass(frozen=True)
class Ridge(Solver):
    r"""Given penalty: :math:`\min \|R c - z\|^2 + \lambda \|S c\|^2` by QR of the stacked rows."""

    ridge: float = 1e-8
    scaling: str = "columns"
    n_folds: int = 0

    @override
    def solve(self, problem: LinearProblem) -> Solution:
        if not 0 < self.ridge < float("inf"):
            raise FitError(f"ridge is {self.ridge}; expected a positive number")
        scales = column_scales(problem, self.scaling)
        return RidgeFactor.of(problem, self.ridge, scales).solution("ridge", self.scaling)
