r"""Singular spectrum of a scaled problem: every ridge solution, and how good each one is.

With column scales :math:`S = {\rm diag}(s)` and :math:`R S^{-1} = U \sigma V^T`, :math:`b = U^T z`:

.. math::
   c_\lambda &= S^{-1} V \frac{\sigma b}{\sigma^2 + \lambda}
       = \arg\min_c \|R c - z\|^2 + \lambda \|S c\|^2 \\
   \gamma(\lambda) &= \sum_i \frac{\sigma_i^2}{\sigma_i^2 + \lambda}
       \quad\text{(effective parameters)} \\
   {\rm RSS}(\lambda) &= \rho^2 + \|z\|^2 - \|b\|^2
       + \sum_i \Big(\frac{\lambda}{\sigma_i^2 + \lambda}\Big)^2 b_i^2
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from potlearn.errors import FitError
from potlearn.fit.solve.problem import LinearProblem, Solution, SolveInfo
from potlearn.linalg.triangular import Matrix

SCALINGS = ("columns", "none")


@dataclass(frozen=True)
class Spectrum:
    """Singular values (r,), right vectors (r, C), projections b (r,), scales (C,), leftover RSS."""

    values: NDArray[np.float64]
    right: Matrix
    projections: NDArray[np.float64]
    scales: NDArray[np.float64]
    leftover: float
    n_rows: int

    @classmethod
    def of(cls, problem: LinearProblem, scaling: str = "columns") -> Spectrum:
        """Spectrum of ``problem`` by one SVD of its triangle, 20 C^3 flops."""
        scales = column_scales(problem, scaling)
        u, values, right = np.linalg.svd(problem.R / scales, full_matrices=False)
        rounding = len(scales) * np.finfo(float).eps * values.max()
        values = np.where(values > rounding, values, 0.0)
        b = u.T @ problem.z
        outside = problem.z - u @ b
        leftover = float(outside @ outside) + problem.rho**2
        return cls(values, right, b, scales, leftover, problem.n_rows)

    @property
    def floor(self) -> float:
        r"""Smallest penalty that rounding tells from none, :math:`(C\,\epsilon\,\sigma_1)^2`."""
        n = self.right.shape[1]
        return float((n * np.finfo(float).eps * self.values.max()) ** 2)

    @property
    def rank(self) -> int:
        """Number of singular values above rounding; those below are zero here."""
        return int(np.count_nonzero(self.values))

    @property
    def condition(self) -> float:
        """Largest over smallest singular value (inf if the columns are dependent)."""
        smallest = self.values.min() if len(self.values) == self.right.shape[1] else 0.0
        return float(self.values.max() / smallest) if smallest > 0 else float("inf")

    def coefficients(self, ridge: float) -> NDArray[np.float64]:
        """Ridge solution (C,)."""
        filtered = self.values * self.projections / self._denominator(ridge)
        return np.asarray(self.right.T @ filtered) / self.scales

    def truncated(self, cut: float) -> tuple[NDArray[np.float64], int]:
        """Solution of least norm with singular values above ``cut`` times the largest, and rank."""
        keep = self.values > cut * self.values.max()
        filtered = np.where(keep, self.projections / np.where(keep, self.values, 1.0), 0.0)
        return np.asarray(self.right.T @ filtered) / self.scales, int(keep.sum())

    def effective_parameters(self, ridge: float) -> float:
        """Trace of the hat matrix."""
        return float(np.sum(self.values**2 / self._denominator(ridge)))

    def residual(self, ridge: float) -> float:
        """Sum of squared residuals of the ridge solution."""
        shrink = ridge / self._denominator(ridge)
        return self.leftover + float(np.sum((shrink * self.projections) ** 2))

    def gcv(self, ridge: float) -> float:
        r"""Generalised cross-validation :math:`n {\rm RSS}/(n-\gamma)^2`.

        Golub, Heath & Wahba, Technometrics 21 (1979) 215, equation 1.4.
        """
        free = self.n_rows - self.effective_parameters(ridge)
        return self.n_rows * self.residual(ridge) / max(free, 0.5) ** 2

    def minimise(self, criterion: Callable[[float], float]) -> float:
        """Penalty between the floor and the largest squared singular value that is best."""
        return minimise_ridge(criterion, max(self.floor, 1e-300), float(self.values.max() ** 2))

    def _denominator(self, ridge: float) -> NDArray[np.float64]:
        return self.values**2 + max(ridge, self.floor, np.finfo(float).tiny)


def column_scales(problem: LinearProblem, scaling: str) -> NDArray[np.float64]:
    """Scales s (C,) of the penalty: norms of the weighted columns, or ones.

    Where the problem has penalties of its own, these replace the norms, times the factor that
    makes the median of the scaled columns' norms one.
    """
    if scaling not in SCALINGS:
        raise FitError(f"unknown column scaling {scaling!r}; expected one of {SCALINGS}")
    if scaling == "none":
        return np.ones(len(problem.names))
    norms = problem.column_norms()
    if problem.penalties is None:
        return norms
    return np.asarray(np.median(norms / problem.penalties) * problem.penalties)


def minimise_ridge(criterion: Callable[[float], float], low: float, high: float) -> float:
    """Minimiser over [low, high] on a logarithmic grid of a twentieth of a decade."""
    n = max(2, int(20 * np.log10(max(high / low, 1.0))) + 1)
    grid = np.geomspace(min(low, high), high, n)
    return float(grid[int(np.argmin([criterion(float(ridge)) for ridge in grid]))])


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
