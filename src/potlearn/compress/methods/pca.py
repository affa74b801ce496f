r"""Principal components of energy, force and stress rows together, weighted as in the fit.

With the scaled rows :math:`R S^{-1}`, less what one-body columns span, and their right singular
vectors ``V``, coefficients are :math:`S^{-1} V_k a`.  All functions stay, and their cost with them:
there are fewer free coefficients, not fewer functions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from typing_extensions import override

from potlearn.compress.base import Projection, check_directions
from potlearn.compress.problem import FeatureProblem
from potlearn.linalg.triangular import Matrix
from potlearn.typing import Array


@dataclass(frozen=True)
class PCA(Projection):
    """Directions of largest variance of the rows."""

    @override
    def most(self, problem: FeatureProblem) -> int:
        values, _ = _components(problem)
        return int(np.sum(values > len(values) * np.finfo(float).eps * values.max(initial=0.0)))

    @override
    def directions(self, problem: FeatureProblem, k: int) -> Matrix:
        _, right = _components(problem)
        check_directions(k, self.most(problem), "principal components of the rows")
        basis = np.zeros((len(problem.names), k))
        basis[problem.columns.ravel()] = right[:k].T
        return basis / problem.scales[:, None]


def _components(problem: FeatureProblem) -> tuple[Array, Matrix]:
    """Singular values, and vectors over the columns of features."""
    if "pca" not in problem.cache:
        rows = problem.scaled
        own = np.linalg.qr(rows[:, problem.others])[0]
        rest = rows[:, problem.columns.ravel()]
        rest = rest - own @ (own.T @ rest)
        problem.cache["pca"] = np.linalg.svd(rest, full_matrices=False)[1:]
    found: tuple[Array, Matrix] = problem.cache["pca"]
    return found
