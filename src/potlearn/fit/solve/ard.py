r"""Automatic relevance determination: a penalty for each column, or group of columns.

Prior :math:`x_j \sim N(0, 1/\alpha_{g(j)})` of scaled coefficients :math:`x = S c`, noise
:math:`N(0, 1/\beta)`.  With :math:`\Sigma = (\beta \tilde R^T \tilde R + A)^{-1}`,
:math:`\tilde R = R S^{-1}`, and :math:`\mu = \beta \Sigma \tilde R^T z`, the evidence rises by

.. math::
   \gamma_j = 1 - \alpha_{g(j)} \Sigma_{jj}, \qquad
   \alpha_g \leftarrow \frac{\sum_{j \in g} \gamma_j}{\sum_{j \in g} \mu_j^2}, \qquad
   \beta \leftarrow \frac{n - \sum_j \gamma_j}{\|z - \tilde R \mu\|^2 + \rho^2} .

Groups whose :math:`\alpha / \beta` exceeds a threshold leave.

References
----------
MacKay, Neural Computation 4, 415 (1992); Tipping, J. Mach. Learn. Res. 1, 211 (2001), equations 16
to 18.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from potlearn.errors import FitError
from potlearn.fit.solve.problem import LinearProblem, Solution, SolveInfo, Solver
from potlearn.fit.solve.spectrum import column_scales
from potlearn.linalg.lapack import solve_triangular
from potlearn.linalg.triangular import Matrix, factor

TINY = 1e-12
"""Part of a parameter that any column is taken to decide."""
GONE = 1e8
"""Root of the penalty, in norms of the column, that keeps a coefficient at zero."""
START = 1e-3
"""First penalty, without unit."""


@dataclass(frozen=True)
class Relevances:
    r"""What relevance determination found.

    Attributes
    ----------
    coefficients : (C,)
        Unscaled; zero for columns that have left.
    penalties : (G,)
        :math:`\alpha_g / \beta`; infinite for groups that have left.
    left_at : (G,)
        Step at which a group left; the number of all steps for those that are left.
    effective : float
        Sum of gamma.
    converged : bool
    """

    coefficients: NDArray[np.float64]
    penalties: NDArray[np.float64]
    left_at: NDArray[np.int64]
    effective: float
    converged: bool


@dataclass(frozen=True)
class ARD(Solver):
    """Least squares with a penalty for each column, all of them by evidence; columns may leave.

    Parameters
    ----------
    threshold : float
        Largest penalty, without unit, of a column that stays.
    steps : int
        Most steps.
    tolerance : float
        Change of the scaled coefficients, as a part of them, at which the steps end.
    """

    scaling: str = "columns"
    threshold: float = 1e4
    steps: int = 300
    tolerance: float = 1e-6
    n_folds: int = 0

    @override
    def solve(self, problem: LinearProblem) -> Solution:
        found = self.relevances(problem)
        kept = int(np.isfinite(found.penalties).sum())
        columns = len(found.penalties)
        notes = [f"{columns - kept} of {columns} columns were removed: the data do not need them"]
        if not found.converged:
            notes.append(f"relevances had not settled after {self.steps} steps")
        info = SolveInfo(
            solver="ard",
            ridge=_middle(found.penalties),
            rank=kept,
            condition=float("nan"),
            effective_parameters=found.effective,
            residual=problem.residual(found.coefficients),
            notes=tuple(notes) if kept < len(found.penalties) or not found.converged else (),
            scaling=self.scaling,
            penalties=self._roots(problem, found.penalties),
        )
        return Solution(found.coefficients, info)

    def _roots(self, problem: LinearProblem, penalties: NDArray[np.float64]) -> NDArray[np.float64]:
        """Roots of the penalties of unscaled coefficients; huge for columns that have left."""
        scales, norms = column_scales(problem, self.scaling), problem.column_norms()
        left = np.isfinite(penalties)
        return np.where(left, np.sqrt(np.where(left, penalties, 0.0)) * scales, GONE * norms)

    def relevances(
        self, problem: LinearProblem, groups: NDArray[np.intp] | None = None
    ) -> Relevances:
        """Penalties of the columns, or of groups of them.

        Parameters
        ----------
        problem : LinearProblem
        groups : (C,) int, optional
            Group of each column, numbered from 0; -1: a penalty of its own, and it never leaves.

        Raises
        ------
        FitError
            A threshold or a number of steps that is not positive.
        """
        if not (self.threshold > 0 and self.steps > 0):
            raise FitError("ard: threshold and steps must be positive")
        n = len(problem.names)
        return _Steps(problem, self, np.arange(n) if groups is None else groups).run()


class _Steps:
    """The present penalties and coefficients."""

    def __init__(self, problem: LinearProblem, settings: ARD, groups: NDArray[np.intp]) -> None:
        self.problem, self.settings = problem, settings
        self.scales = column_scales(problem, settings.scaling)
        self.rows: Matrix = problem.R / self.scales
        self.n_groups = int(groups.max(initial=-1)) + 1
        own = groups < 0
        self.group = groups.copy()
        self.group[own] = self.n_groups + np.arange(int(own.sum()))
        total = self.n_groups + int(own.sum())
        squares = float(problem.z @ problem.z) + problem.rho**2
        self.least = max(squares * np.finfo(float).eps ** 2, 1e-200)
        self.beta = problem.n_rows / max(squares, 1e-200)
        self.alpha = np.full(total, START * self.beta)
        self.left_at = np.full(total, settings.steps)

    def run(self) -> Relevances:
        """Step until the coefficients have settled."""
        x, effective, converged = np.zeros(len(self.group)), 0.0, False
        for step in range(self.settings.steps):
            before = x
            x, gamma = self._solve()
            effective = float(gamma.sum())
            self._update(x, gamma, step)
            if np.linalg.norm(x - before) <= self.settings.tolerance * np.linalg.norm(x):
                converged = True
                break
        x, gamma = self._solve()
        n = self.n_groups
        penalties = (self.alpha / self.beta)[:n]
        return Relevances(x / self.scales, penalties, self.left_at[:n], effective, converged)

    def _solve(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Coefficients and well-determined parts of the columns; zero for those that have left."""
        alpha = self.alpha[self.group]
        left = np.flatnonzero(np.isfinite(alpha))
        penalty = np.diag(np.sqrt(alpha[left] / self.beta))
        rows = np.vstack([self.rows[:, left], penalty])
        target = np.concatenate([self.problem.z, np.zeros(len(left))])
        full = factor(np.asfortranarray(np.column_stack([rows, target])))
        triangle, n = np.asfortranarray(full[: len(left), :-1]), len(left)
        x, gamma = np.zeros(len(alpha)), np.zeros(len(alpha))
        x[left] = solve_triangular(triangle, full[:n, -1])
        inverse = solve_triangular(triangle, np.eye(n))
        gamma[left] = 1 - alpha[left] / self.beta * np.sum(inverse**2, axis=1)
        return x, np.clip(gamma, 0.0, 1.0)

    def _update(self, x: NDArray[np.float64], gamma: NDArray[np.float64], step: int) -> None:
        total = len(self.alpha)
        parts = np.bincount(self.group, gamma, total) + TINY
        squares = np.bincount(self.group, x**2, total) + TINY**3 * float(x @ x) + 1e-200
        inside = self.rows @ x - self.problem.z
        misfit = float(inside @ inside) + self.problem.rho**2
        self.beta = max(self.problem.n_rows - float(gamma.sum()), 0.5) / max(misfit, self.least)
        left = np.isfinite(self.alpha)
        self.alpha = np.where(left, parts / squares, np.inf)
        gone = left & (self.alpha > self.settings.threshold * self.beta)
        gone[self.n_groups :] = False
        if gone[: self.n_groups].all() or not (left & ~gone)[: self.n_groups].any():
            gone[int(np.argmin(self.alpha[: self.n_groups]))] = False
        self.alpha[gone], self.left_at[gone] = np.inf, step


def _middle(penalties: NDArray[np.float64]) -> float:
    """Median penalty of the columns that stay."""
    return float(np.median(penalties[np.isfinite(penalties)]))
