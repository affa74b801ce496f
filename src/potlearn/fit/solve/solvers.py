r"""Solvers of the linear problem, by name in :data:`SOLVERS`.

All of them see the triangle only (:class:`~potlearn.fit.LinearProblem`).  Penalties act on
scaled coefficients, :math:`\lambda \sum_j (s_j c_j)^2`: with ``scaling="columns"`` (default)
``s_j`` is the norm of the weighted column, so that ``ridge`` has no unit and a column's unit does
not matter; where the problem has penalties of its own (a descriptor's smoothness) ``s_j`` is in
proportion to them.  With ``scaling="none"`` it is 1 and ``ridge`` has the unit of a squared
residual per squared coefficient.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from potlearn.errors import FitError
from potlearn.fit.solve.penalised import RidgeFactor, descend
from potlearn.fit.solve.problem import LinearProblem, Solution, SolveInfo, Solver
from potlearn.fit.solve.spectrum import Spectrum, column_scales, minimise_ridge
from potlearn.linalg.lapack import solve_triangular


@dataclass(frozen=True)
class QR:
    """Least squares by back-substitution; no regularisation.

    Raises
    ------
    FitError
        Columns are dependent to rounding (they are named), or there are more columns than rows.
    """

    n_folds: int = 0

    def solve(self, problem: LinearProblem) -> Solution:
        """Solve ``R c = z``."""
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


@dataclass(frozen=True)
class SVD:
    r"""Least-norm solution from singular values above ``cut`` times the largest one."""

    cut: float = 1e-10
    scaling: str = "columns"
    n_folds: int = 0

    def solve(self, problem: LinearProblem) -> Solution:
        """Solve by truncated singular value decomposition."""
        if not 0 <= self.cut < 1:
            raise FitError(f"relative cut is {self.cut}; expected 0 <= cut < 1")
        spectrum = Spectrum.of(problem, self.scaling)
        c, rank = spectrum.truncated(self.cut)
        residual = problem.residual(c)
        return Solution(c, SolveInfo("svd", 0.0, rank, spectrum.condition, float(rank), residual))


@dataclass(frozen=True)
class Ridge:
    r"""Given penalty: :math:`\min \|R c - z\|^2 + \lambda \|S c\|^2` by QR of the stacked rows."""

    ridge: float = 1e-8
    scaling: str = "columns"
    n_folds: int = 0

    def solve(self, problem: LinearProblem) -> Solution:
        """Solve the stacked triangle ``[R; sqrt(ridge) S]``."""
        if not 0 < self.ridge < float("inf"):
            raise FitError(f"ridge is {self.ridge}; expected a positive number")
        scales = column_scales(problem, self.scaling)
        return RidgeFactor.of(problem, self.ridge, scales).solution("ridge", self.scaling)


@dataclass(frozen=True)
class GCVRidge:
    """Ridge whose penalty minimises the generalised cross-validation score (one SVD)."""

    scaling: str = "columns"
    n_folds: int = 0

    def solve(self, problem: LinearProblem) -> Solution:
        """Choose the penalty from the spectrum, then solve."""
        spectrum = Spectrum.of(problem, self.scaling)
        ridge = spectrum.minimise(spectrum.gcv)
        return spectral_solution("gcv", problem, spectrum, ridge, self.scaling)


@dataclass(frozen=True)
class EvidenceRidge:
    """Ridge whose penalty maximises the Bayesian evidence, noise level included.

    Every trial penalty costs one merge of triangles, 2/3 C^3 flops.  The search starts from
    ``start``, walks in steps of ``step`` decades until it has a bracket, and ends with two
    parabolas.  Penalties below a thousand times rounding are not tried.
    """

    scaling: str = "columns"
    start: float = 1e-9
    step: float = 1.0
    n_folds: int = 0

    def solve(self, problem: LinearProblem) -> Solution:
        """Choose the penalty, then solve."""
        scales = column_scales(problem, self.scaling)
        unit = float(np.sum((problem.column_norms() / scales) ** 2)) / len(scales)
        floor = unit * (1e3 * len(scales) * np.finfo(float).eps) ** 2

        def evidence(exponent: float) -> float:
            return RidgeFactor.of(problem, 10**exponent, scales).negative_log_evidence

        exponent = descend(
            evidence,
            float(np.log10(self.start * unit)),
            self.step,
            (float(np.log10(floor)), float(np.log10(unit)) + 3),
        )
        return RidgeFactor.of(problem, 10**exponent, scales).solution("evidence", self.scaling)


@dataclass(frozen=True)
class CrossValidatedRidge:
    """Ridge whose penalty gives the least squared error on held-out folds of configurations.

    Rows of one configuration are correlated, so folds hold whole configurations.  One SVD per fold.
    """

    scaling: str = "columns"
    n_folds: int = 5

    def solve(self, problem: LinearProblem) -> Solution:
        """Choose the penalty on the folds, then solve with all rows."""
        if len(problem.folds) < 2:
            raise FitError("solver 'cv' needs a problem with at least two folds")
        trained = [(Spectrum.of(train, self.scaling), held) for train, held in problem.folds]

        def held_out(ridge: float) -> float:
            return sum(held.residual(s.coefficients(ridge)) for s, held in trained)

        whole = Spectrum.of(problem, self.scaling)
        ridge = minimise_ridge(held_out, max(whole.floor, 1e-300), float(whole.values.max() ** 2))
        return spectral_solution("cv", problem, whole, ridge, self.scaling)


SOLVERS: dict[str, type[Any]] = {
    "qr": QR,
    "svd": SVD,
    "ridge": Ridge,
    "gcv": GCVRidge,
    "evidence": EvidenceRidge,
    "cv": CrossValidatedRidge,
}


def make_solver(solver: str | Solver, **options: Any) -> Solver:
    """Solver from its name in :data:`SOLVERS` and its options; a solver is passed through."""
    if not isinstance(solver, str):
        return solver
    if solver not in SOLVERS:
        raise FitError(f"unknown solver {solver!r}; expected one of {', '.join(SOLVERS)}")
    made: Solver = SOLVERS[solver](**options)
    return made


def spectral_solution(
    name: str, problem: LinearProblem, spectrum: Spectrum, ridge: float, scaling: str
) -> Solution:
    """Ridge solution with its diagnostics."""
    c = spectrum.coefficients(ridge)
    dependent = len(problem.names) - spectrum.rank
    notes = (
        (f"{dependent} directions of the columns are dependent; the penalty decides them",)
        if dependent
        else ()
    )
    info = SolveInfo(
        solver=name,
        ridge=ridge,
        rank=spectrum.rank,
        condition=spectrum.condition,
        effective_parameters=spectrum.effective_parameters(ridge),
        residual=problem.residual(c),
        notes=notes,
        scaling=scaling,
    )
    return Solution(c, info)
