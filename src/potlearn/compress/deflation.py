r"""Columns of features, without what chosen ones already span.

With an orthonormal basis :math:`Q` of the chosen columns of :math:`T`,

.. math:: W = T - Q Q^T T, \qquad v = u - Q Q^T u .

Each choice takes 4 C² flops a column.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from potlearn.compress.path import Path
from potlearn.compress.problem import FeatureProblem
from potlearn.typing import Array, Mask

if TYPE_CHECKING:
    from potlearn.runtime import Report

ROUNDING = 1e-12
"""Part of its square norm that a column needs to count as independent of those chosen."""


class Deflation:
    """The columns that are left over; those of one-body energies are taken out first.

    Attributes
    ----------
    rows : (m, C)
        ``W``.
    target : (m,)
        ``v``.
    left : (F,)
        Which features have not been chosen.
    """

    def __init__(self, problem: FeatureProblem) -> None:
        self.problem = problem
        self.rows, self.target = np.array(problem.triangle, order="F"), problem.rhs.copy()
        self.left: Mask = np.ones(problem.n_features, bool)
        self._norms = np.einsum("ij,ij->j", self.rows, self.rows)
        if len(problem.others):
            self._take_out(problem.others)

    def squares(self) -> Array:
        """Square norms of the columns, (F, S); zero to rounding where the chosen ones span them."""
        found = np.einsum("ij,ij->j", self.rows, self.rows)
        found = np.where(found > ROUNDING * self._norms, found, 0.0)
        return np.asarray(found[self.problem.columns])

    def choose(self, feature: int) -> None:
        """Take out what the columns of a feature span."""
        self.left[feature] = False
        self._take_out(self.problem.columns[feature])

    def _take_out(self, columns: NDArray[np.intp]) -> None:
        left, values, _ = np.linalg.svd(self.rows[:, columns], full_matrices=False)
        scale = np.sqrt(self._norms[columns].max())
        basis = left[:, values > np.sqrt(ROUNDING) * scale]
        self.rows -= basis @ (basis.T @ self.rows)
        self.target -= basis @ (basis.T @ self.target)


def forward(
    problem: FeatureProblem,
    score: Callable[[Deflation], Array],
    report: Report | None = None,
) -> Path:
    """The features in the order in which a score (F,) of what is left over chooses them.

    Features that score nothing any more, since those before span them, come last in their order.
    """
    work, order = Deflation(problem), list[int]()
    for done in range(problem.n_features):
        scores = np.where(work.left, score(work), -np.inf)
        best = int(np.argmax(scores))
        if not scores[best] > 0:
            break
        work.choose(best)
        order.append(best)
        if report is not None:
            report(done + 1, problem.n_features)
    order += np.flatnonzero(work.left).tolist()
    return Path.of_order(problem.features[f] for f in order)
