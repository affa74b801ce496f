r"""The fit that is compressed, as its triangle: features, each with a column for every species.

With the weighted rows' factor :math:`R`, right-hand side :math:`z`, the fit's penalty
:math:`\lambda` and its column scales :math:`S`, everything is in scaled coefficients
:math:`x = S c`,

.. math:: \|T x - u\|^2 + \mathrm{const} = \|R c - z\|^2 + \lambda \|S c\|^2, \qquad
          T^T T = S^{-1} R^T R S^{-1} + \lambda 1 .
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from potlearn.errors import FitError
from potlearn.fit.ledger.ledger import Ledger
from potlearn.fit.rows.names import one_body_names
from potlearn.fit.solve.penalised import RidgeFactor
from potlearn.fit.solve.problem import LinearProblem, SolveInfo
from potlearn.fit.solve.spectrum import column_scales
from potlearn.linalg.triangular import Matrix, factor
from potlearn.typing import Array

ROUNDING = 1e-14
"""Least penalty, relative to the largest column: that of a fit without one."""


@dataclass(frozen=True)
class FeatureProblem:
    """A least-squares problem whose columns are chosen by feature.

    Attributes
    ----------
    problem : LinearProblem
    features : tuple of str
        Names of the F features.
    species : tuple of str
    columns : (F, S)
        The problem's columns of every feature, one for each species: they stay or go together.
    others : (o,)
        Columns of one-body energies: they always stay.
    scales : (C,)
        Column scales S of the penalty.
    ridge : float
        Penalty.
    triangle, rhs : (C, C), (C,)
        ``T`` and ``u``.
    shares : (S,)
        Part of the atoms of every species.
    """

    problem: LinearProblem
    features: tuple[str, ...]
    species: tuple[str, ...]
    columns: NDArray[np.intp]
    others: NDArray[np.intp]
    scales: Array
    ridge: float
    triangle: Matrix
    rhs: Array
    shares: Array
    cache: dict[str, Any] = field(default_factory=dict, init=False, repr=False)
    """What methods keep between sizes."""

    @classmethod
    def of(
        cls,
        problem: LinearProblem,
        features: Sequence[str],
        species: Sequence[str],
        info: SolveInfo,
        shares: Array | None = None,
    ) -> FeatureProblem:
        """The problem with the penalty that a solver chose; equal shares of species by default.

        Raises
        ------
        FitError
            A feature without a column.
        """
        place = {name: j for j, name in enumerate(problem.names)}
        wanted = [[f"{s}:{name}" for s in species] for name in features]
        absent = [name for row in wanted for name in row if name not in place]
        if absent:
            raise FitError(f"the fit has no column {absent[0]!r}")
        columns = np.array([[place[name] for name in row] for row in wanted], np.intp)
        columns = columns.reshape(len(features), len(species))
        others = np.setdiff1d(np.arange(len(problem.names)), columns)
        scales = column_scales(problem, info.scaling)
        norms = (problem.column_norms() / scales) ** 2
        ridge = max(info.ridge, ROUNDING * float(norms.max()))
        found = RidgeFactor.of(problem, ridge, scales)
        triangle = np.asfortranarray(found.triangle / scales)
        parts = np.full(len(species), 1 / len(species)) if shares is None else shares
        names = tuple(features), tuple(species)
        return cls(problem, *names, columns, others, scales, ridge, triangle, found.rhs, parts)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return self.problem.names

    @property
    def scaled(self) -> Matrix:
        """Scaled rows :math:`R S^{-1}` (k, C), without the penalty."""
        return np.asarray(self.problem.R / self.scales)

    @property
    def n_features(self) -> int:
        """Number F of features."""
        return len(self.features)

    def columns_of(self, chosen: NDArray[np.intp]) -> NDArray[np.intp]:
        """Columns of some features (f,) and of the one-body energies, ascending."""
        return np.sort(np.concatenate([self.others, self.columns[chosen].ravel()]))

    def factor_of(self, columns: NDArray[np.intp]) -> tuple[Matrix, Array]:
        """``T`` and ``u`` of the problem of some columns."""
        rows = np.column_stack([self.triangle[:, columns], self.rhs])
        found = factor(np.asfortranarray(rows))
        n = len(columns)
        return found[:n, :n], found[:n, n]


def shares_of(ledger: Ledger, species: Sequence[str]) -> Array:
    """Mean part of the atoms of each species, (S,), from the sums of the energy rows."""
    own = ledger.positions(one_body_names(species))
    sums = [e.sums[own] for key, e in ledger.entries.items() if key.quantity == "energy"]
    found = np.maximum(np.sum(sums, axis=0), 0.0) if sums else np.zeros(len(species))
    return found / found.sum() if found.sum() > 0 else np.full(len(found), 1 / len(found))


def check_rows(ledger: Ledger) -> None:
    """Refuse fewer rows than coefficients.

    Raises
    ------
    FitError
    """
    rows, columns = sum(entry.n for entry in ledger.entries.values()), len(ledger.columns)
    if rows < columns:
        raise FitError(
            f"the data give {rows} rows for {columns} coefficients; which functions matter "
            "cannot be estimated from fewer rows than coefficients: give more data, or fit a "
            "smaller basis"
        )
