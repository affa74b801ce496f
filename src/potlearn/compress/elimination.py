r"""Features that leave a fit one after the other, and what each would cost.

With :math:`P = (T^T T)^{-1}` and the solution :math:`x`, the penalised misfit rises, when columns
``g`` leave, by

.. math:: \Delta_g = x_g^T P_{gg}^{-1} x_g, \qquad
          x \leftarrow x - P_{:g} P_{gg}^{-1} x_g, \quad
          P \leftarrow P - P_{:g} P_{gg}^{-1} P_{g:},

at 2 C² flops a column.  ``P`` is made anew from the triangle each time that a seventh of the
columns has left, so that rounding does not pile up.

Reference
---------
Reeves, IEEE Trans. Signal Process. 47, 123 (1999): backward elimination by these updates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from potlearn.compress.problem import FeatureProblem
from potlearn.linalg.lapack import solve_triangular
from potlearn.typing import Array, Mask

if TYPE_CHECKING:
    from potlearn.runtime import Report

FRESH = 6 / 7
"""Part of the columns that is left when ``P`` is made anew."""


class Elimination:
    """The fit of the features that are left.

    Attributes
    ----------
    left : (F,)
        Which features are left.
    """

    def __init__(self, problem: FeatureProblem, left: Mask | None = None) -> None:
        self.problem = problem
        self.left: Mask = np.ones(problem.n_features, bool) if left is None else left.copy()
        self._refresh()

    def losses(self) -> Array:
        """Rise of the misfit when one feature leaves, (F,); infinite for those that have left."""
        found = np.full(len(self.left), np.inf)
        columns = self._place[self.left]
        x = self._x[columns]
        if columns.shape[1] == 1:
            found[self.left] = x[:, 0] ** 2 / np.diag(self._p)[columns[:, 0]]
            return found
        blocks = self._p[columns[:, :, None], columns[:, None, :]]
        found[self.left] = np.sum(x * np.linalg.solve(blocks, x[:, :, None])[:, :, 0], axis=1)
        return found

    def loss(self, features: NDArray[np.intp]) -> float:
        """Rise of the misfit when some features leave together."""
        g = self._place[features].ravel()
        return float(self._x[g] @ np.linalg.solve(self._p[np.ix_(g, g)], self._x[g]))

    def remove(self, features: NDArray[np.intp]) -> None:
        """Take features out of the fit."""
        g = self._place[features].ravel()
        self.left[features] = False
        if int(self.left.sum()) * len(self.problem.species) < FRESH * self._n_fresh:
            self._refresh()
            return
        rows = np.linalg.solve(self._p[np.ix_(g, g)], np.column_stack([self._p[g], self._x[g]]))
        self._x -= self._p[:, g] @ rows[:, -1]
        self._p -= self._p[:, g] @ rows[:, :-1]

    def _refresh(self) -> None:
        columns = self.problem.columns_of(np.flatnonzero(self.left))
        if len(columns):
            triangle, rhs = self.problem.factor_of(columns)
            inverse = solve_triangular(triangle, np.eye(len(columns)))
            self._p, self._x = inverse @ inverse.T, solve_triangular(triangle, rhs)
        place = np.full(len(self.problem.problem.names), -1)
        place[columns] = np.arange(len(columns))
        self._place = place[self.problem.columns]
        self._n_fresh = len(columns)


def eliminated(fit: Elimination, report: Report | None = None) -> list[list[str]]:
    """Names of the features that are left, in the order in which they leave, each alone."""
    removed, n = [], len(fit.left)
    while fit.left.any():
        worst = int(np.argmin(fit.losses()))
        fit.remove(np.array([worst]))
        removed.append([fit.problem.features[worst]])
        if report is not None:
            report(n - int(fit.left.sum()), n)
    return removed
