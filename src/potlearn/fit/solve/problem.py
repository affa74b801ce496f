r"""The least-squares problem that a solver gets, and the solution that it gives.

.. math:: \min_c \|X c - y\|^2 = \min_c \|R c - z\|^2 + \rho^2

with ``R, z, rho`` from the triangular factor of ``[X | y]``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from potlearn.errors import FitError
from potlearn.linalg.triangular import Matrix, factor


@dataclass(frozen=True)
class LinearProblem:
    r"""One weighted least-squares problem as a triangle.

    Attributes
    ----------
    R : (k, C) upper trapezoid
        Factor of the weighted design rows.
    z : (k,)
        Right-hand side in the factor's row space.
    rho : float
        Norm of what no coefficients can fit.
    n_rows : int
        Number of rows behind the factor.
    names : tuple of str
        Identity of every column.
    folds : tuple of (LinearProblem, LinearProblem)
        Training and held-out problems of a cross-validation; empty if there is none.
    penalties : (C,), optional
        How much a penalty weighs each coefficient, in place of the norms of the columns.

    Raises
    ------
    FitError
        No rows, no columns, sizes that disagree, NaN or Inf in the numbers, or a penalty that is
        not positive.
    """

    R: Matrix
    z: NDArray[np.float64]
    rho: float
    n_rows: int
    names: tuple[str, ...]
    folds: tuple[tuple[LinearProblem, LinearProblem], ...] = field(default=(), repr=False)
    penalties: NDArray[np.float64] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.n_rows == 0 or len(self.R) == 0:
            raise FitError("the fit has no rows: no label has a weight above zero")
        if self.R.shape[1] == 0:
            raise FitError("the fit has no columns: no coefficient is free")
        if self.R.shape != (len(self.z), len(self.names)):
            raise FitError(
                f"factor of shape {self.R.shape} with {len(self.z)} right-hand sides "
                f"and {len(self.names)} column names"
            )
        self._check_penalties()
        bad = ~np.isfinite(self.R).all(axis=0)
        if bad.any() or not np.isfinite(self.z).all() or not np.isfinite(self.rho):
            columns = [self.names[j] for j in np.flatnonzero(bad)[:5]] or ["target"]
            raise FitError(f"NaN or Inf in the fit's columns {', '.join(columns)}")

    def _check_penalties(self) -> None:
        if self.penalties is None:
            return
        if self.penalties.shape != (len(self.names),):
            raise FitError(f"{len(self.penalties)} penalties for {len(self.names)} columns")
        if not (np.isfinite(self.penalties) & (self.penalties > 0)).all():
            raise FitError("penalties must be positive numbers")

    @classmethod
    def from_factor(
        cls,
        triangle: Matrix,
        n_rows: int,
        names: tuple[str, ...],
        folds: tuple[tuple[LinearProblem, LinearProblem], ...] = (),
        penalties: NDArray[np.float64] | None = None,
    ) -> LinearProblem:
        """Problem from the factor of ``[X | y]``, whose last column is the target."""
        k = min(len(triangle), len(names))
        return cls(
            R=np.asfortranarray(triangle[:k, :-1]),
            z=np.ascontiguousarray(triangle[:k, -1]),
            rho=float(np.linalg.norm(triangle[k:, -1])),
            n_rows=n_rows,
            names=names,
            folds=folds,
            penalties=penalties,
        )

    @classmethod
    def from_rows(
        cls, X: Matrix, y: NDArray[np.float64], names: tuple[str, ...] | None = None
    ) -> LinearProblem:
        """Problem from the rows themselves, ``X`` (m, C) and ``y`` (m,)."""
        X, y = np.asarray(X, float), np.asarray(y, float)
        if X.ndim != 2 or y.shape != X.shape[:1]:
            raise FitError(f"rows of shape {X.shape} with targets of shape {y.shape}")
        names = names or tuple(f"column {j}" for j in range(X.shape[1]))
        rows = np.asfortranarray(np.column_stack([X, y]))
        if not np.isfinite(rows).all():
            raise FitError("NaN or Inf in the rows of the fit")
        return cls.from_factor(factor(rows), len(X), names)

    def residual(self, coefficients: NDArray[np.float64]) -> float:
        """Sum of weighted squared residuals of ``coefficients`` (C,)."""
        inside = self.R @ coefficients - self.z
        return float(inside @ inside) + self.rho**2

    def dependent_columns(self) -> list[str]:
        """Columns that depend on those before them to rounding: their diagonal has vanished."""
        norms = self.column_norms()
        n, k = len(self.names), len(self.R)
        diagonal = np.abs(np.diag(self.R)) <= 4 * n * np.finfo(float).eps * norms[:k]
        return [self.names[j] for j in [*np.flatnonzero(diagonal), *range(k, n)]]

    def column_norms(self) -> NDArray[np.float64]:
        """Norm of every weighted column, (C,); 1 where the column is zero."""
        norms = np.sqrt(np.einsum("ij,ij->j", self.R, self.R))
        return np.where(norms > 0, norms, 1.0)


@dataclass(frozen=True)
class SolveInfo:
    """How a solution was found.

    Attributes
    ----------
    solver : str
        Registered name of the solver.
    ridge : float
        Penalty in the solver's scaling; 0 for none.
    rank : int
        Numerical rank of the scaled columns, or their number where it is not computed.
    condition : float
        Ratio of largest to smallest singular value of the scaled columns (NaN if not computed).
    effective_parameters : float
        Trace of the hat matrix: parameters that the data decide.
    residual : float
        Sum of weighted squared residuals.
    notes : tuple of str
        What a user should know.
    scaling : str
        Scaling of the penalty, ``"columns"`` or ``"none"``.
    log_evidence : float
        Logarithm of the probability of the weighted labels, noise level maximised; NaN where the
        solver does not know it.  Differences compare bases and penalties on the same rows.
    penalties : (C,), optional
        Roots of the penalties of the coefficients where each has its own; else they follow from
        ``ridge`` and ``scaling``.
    """

    solver: str
    ridge: float
    rank: int
    condition: float
    effective_parameters: float
    residual: float
    notes: tuple[str, ...] = ()
    scaling: str = "columns"
    log_evidence: float = float("nan")
    penalties: NDArray[np.float64] | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Solution:
    """Coefficients (C,) in the problem's column order, and how they were found."""

    coefficients: NDArray[np.float64]
    info: SolveInfo


@runtime_checkable
class Solver(Protocol):
    """Anything that solves a :class:`LinearProblem`.

    ``n_folds`` is the number of cross-validation folds that it wants in ``problem.folds``.
    """

    @property
    def n_folds(self) -> int:
        """Number of folds wanted."""

    def solve(self, problem: LinearProblem) -> Solution:
        """Coefficients of ``problem``; raises FitError where it cannot give them."""
