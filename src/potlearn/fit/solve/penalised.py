r"""One penalty of a problem: the factor of the stacked rows, its solution and its evidence.

.. math:: \begin{bmatrix} R & z \\ \sqrt\lambda S & 0 \end{bmatrix}
          = Q \begin{bmatrix} T & u \\ 0 & \mu \end{bmatrix}, \qquad
   c = T^{-1} u, \qquad \mu^2 + \rho^2 = {\rm RSS} + \lambda \|S c\|^2
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from potlearn.fit.solve.problem import LinearProblem, Solution, SolveInfo
from potlearn.linalg.lapack import solve_triangular
from potlearn.linalg.triangular import Matrix, merge


@dataclass(frozen=True)
class RidgeFactor:
    r"""Factor ``T`` (C, C), ``u`` (C,) and misfit :math:`\mu^2 + \rho^2` of one penalty."""

    problem: LinearProblem
    ridge: float
    scales: NDArray[np.float64]
    triangle: Matrix
    rhs: NDArray[np.float64]
    misfit: float

    @classmethod
    def of(cls, problem: LinearProblem, ridge: float, scales: NDArray[np.float64]) -> RidgeFactor:
        """Factor the stacked rows; 2/3 C^3 flops where ``R`` is square."""
        n = len(scales)
        penalty = np.zeros((n, n + 1), order="F")
        penalty[np.arange(n), np.arange(n)] = np.sqrt(ridge) * scales
        stacked = np.zeros((len(problem.R) + (len(problem.R) == n), n + 1), order="F")
        stacked[: len(problem.R), :n] = problem.R
        stacked[: len(problem.R), n] = problem.z
        full = merge(stacked, penalty)
        tail = float(np.sum(full[n:, n] ** 2))
        return cls(problem, ridge, scales, full[:n, :n], full[:n, n], tail + problem.rho**2)

    @property
    def negative_log_evidence(self) -> float:
        r"""Twice the negative log evidence, noise level profiled out, up to a constant.

        Prior :math:`S c \sim N(0, \sigma^2/\lambda)`, noise :math:`N(0, \sigma^2)`:
        :math:`n \log(\mu^2 + \rho^2) + \log\det(T^T T) - \log\det(\lambda S^2)`
        (MacKay, Neural Computation 4 (1992) 415, equation 4.3 with its noise level maximised).
        """
        tiny = np.finfo(float).tiny
        determinants = np.log(np.abs(np.diag(self.triangle)) / (np.sqrt(self.ridge) * self.scales))
        return self.problem.n_rows * float(np.log(max(self.misfit, tiny))) + 2 * float(
            determinants.sum()
        )

    @property
    def log_evidence(self) -> float:
        r"""Logarithm of the evidence, :math:`-(e + n (1 + \log 2 \pi / n)) / 2`.

        e is twice the negative logarithm without its constants.
        """
        n = self.problem.n_rows
        return -0.5 * (self.negative_log_evidence + n * (1 + float(np.log(2 * np.pi / n))))

    @property
    def effective_parameters(self) -> float:
        r"""Trace of the hat matrix, :math:`C - \lambda \|S T^{-1}\|_F^2`."""
        spread = solve_triangular(self.triangle, np.diag(self.scales), transposed=True)
        return len(self.scales) - self.ridge * float(np.sum(spread**2))

    def solution(self, solver: str, scaling: str) -> Solution:
        """Coefficients and how they were found."""
        c = solve_triangular(self.triangle, self.rhs)
        dependent = self.problem.dependent_columns()
        notes = (
            (f"{len(dependent)} columns depend on the others; the penalty decides them",)
            if dependent
            else ()
        )
        info = SolveInfo(
            solver=solver,
            ridge=self.ridge,
            rank=len(c) - len(dependent),
            condition=float("nan"),
            effective_parameters=self.effective_parameters,
            residual=self.problem.residual(c),
            notes=notes,
            scaling=scaling,
            log_evidence=self.log_evidence,
        )
        return Solution(c, info)


def descend(
    function: Callable[[float], float], start: float, step: float, bounds: tuple[float, float]
) -> float:
    """Minimiser of a unimodal function: walk until a bracket, then two parabolas through it."""
    points = {x: function(x) for x in np.clip([start - step, start, start + step], *bounds)}
    while True:
        best = min(points, key=lambda x: points[x])
        if min(points) < best < max(points) or best in bounds:
            break
        following = float(np.clip(best + step * (1 if best == max(points) else -1), *bounds))
        points[following] = function(following)
    for _ in range(2):
        vertex = _vertex(points)
        if vertex is None or min(abs(vertex - x) for x in points) < 0.05 * step:
            break
        points[vertex] = function(vertex)
    return float(min(points, key=lambda x: points[x]))


def _vertex(points: dict[float, float]) -> float | None:
    """Minimum of the parabola through the best point and its neighbours; None without a bracket."""
    xs = sorted(points)
    k = xs.index(min(points, key=lambda x: points[x]))
    if not 0 < k < len(xs) - 1:
        return None
    a, b, c = xs[k - 1 : k + 2]
    left, right = (points[b] - points[a]) / (b - a), (points[c] - points[b]) / (c - b)
    return 0.5 * (a + b) - left * 0.5 * (c - a) / (right - left) if right > left else None
