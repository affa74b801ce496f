"""The penalty of least error on held-out folds."""

from __future__ import annotations

from dataclasses import dataclass

from typing_extensions import override

from potlearn.errors import FitError
from potlearn.fit.solve.problem import LinearProblem, Solution, Solver
from potlearn.fit.solve.spectrum import Spectrum, minimise_ridge, spectral_solution


@dataclass(frozen=True)
class CrossValidatedRidge(Solver):
    """Ridge whose penalty gives the least squared error on held-out folds of configurations.

    Rows of one configuration are correlated, so folds hold whole configurations.  One SVD per fold.
    """

    scaling: str = "columns"
    n_folds: int = 5

    @override
    def solve(self, problem: LinearProblem) -> Solution:
        if len(problem.folds) < 2:
            raise FitError("solver 'cv' needs a problem with at least two folds")
        trained = [(Spectrum.of(train, self.scaling), held) for train, held in problem.folds]

        def held_out(ridge: float) -> float:
            return sum(held.residual(s.coefficients(ridge)) for s, held in trained)

        whole = Spectrum.of(problem, self.scaling)
        ridge = minimise_ridge(held_out, max(whole.floor, 1e-300), float(whole.values.max() ** 2))
        return spectral_solution("cv", problem, whole, ridge, self.scaling)
