r"""Active subspace: directions of descriptors along which the energy of atoms changes.

.. math:: M = \Big\langle \frac{\partial E_i}{\partial B} \frac{\partial E_i}{\partial B}^T
              \Big\rangle_i = \sum_z p_z \, c_z c_z^T

for a linear model: the gradient of an atom's energy is its species' coefficients :math:`c_z`,
whatever its neighbours; :math:`p_z` is the part of the atoms.  The rank of ``M`` is at most the
number of species: with one element, one direction is the model itself, and compresses nothing.  For
models that are not linear in their descriptors it says more.  Coefficients of each species are free
in the subspace; functions are in units of the fit's column scales.  All functions stay, and their
cost.

Reference
---------
Constantine, Dow & Wang, SIAM J. Sci. Comput. 36, A1500 (2014).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from typing_extensions import override

from potlearn.compress.base import Projection, check_directions
from potlearn.compress.problem import FeatureProblem
from potlearn.linalg.lapack import solve_triangular
from potlearn.linalg.triangular import Matrix
from potlearn.typing import Array


@dataclass(frozen=True)
class ActiveSubspace(Projection):
    """Eigenvectors of the mean outer product of the energy's gradients."""

    @override
    def most(self, problem: FeatureProblem) -> int:
        values, _ = _gradients(problem)
        return int(np.sum(values > 1e-12 * values.max(initial=0.0)))

    @override
    def directions(self, problem: FeatureProblem, k: int) -> Matrix:
        what = "the mean outer product of gradients, at most the number of species"
        check_directions(k, self.most(problem), what)
        _, vectors = _gradients(problem)
        n = len(problem.species)
        basis = np.zeros((len(problem.names), k * n))
        for s in range(n):
            basis[problem.columns[:, s], s * k : (s + 1) * k] = vectors[:k].T
        units = _units(problem)
        for s in range(n):
            basis[problem.columns[:, s]] /= units[:, None]
        return basis


def _units(problem: FeatureProblem) -> Array:
    """Unit of every function, (F,): the root mean square of its columns' scales."""
    return np.asarray(np.sqrt(np.mean(problem.scales[problem.columns] ** 2, axis=1)))


def _gradients(problem: FeatureProblem) -> tuple[Array, Matrix]:
    """Square roots of the eigenvalues, and eigenvectors (S, F), of ``M``."""
    x = solve_triangular(problem.triangle, problem.rhs) / problem.scales
    gradients = x[problem.columns].T * _units(problem)
    rows = np.sqrt(problem.shares)[:, None] * gradients
    _, values, right = np.linalg.svd(rows, full_matrices=False)
    return values, right
