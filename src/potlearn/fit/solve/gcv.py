"""The penalty of generalised cross-validation."""

from __future__ import annotations

from dataclasses import dataclass

from typing_extensions import override

from potlearn.fit.solve.problem import LinearProblem, Solution, Solver
from potlearn.fit.solve.spectrum import Spectrum, spectral_solution


@dataclass(frozen=True)
class GCVRidge(Solver):
    """Ridge whose penalty minimises the generalised cross-validation score (one SVD)."""

    scaling: str = "columns"
    n_folds: int = 0

    @override
    def solve(self, problem: LinearProblem) -> Solution:
        spectrum = Spectrum.of(problem, self.scaling)
        ridge = spectrum.minimise(spectrum.gcv)
        return spectral_solution("gcv", problem, spectrum, ridge, self.scaling)
