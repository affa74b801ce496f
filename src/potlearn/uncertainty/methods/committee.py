r"""A committee of fits to resampled configurations.

.. math:: C = \frac{1}{K-1} \sum_k (c_k - \bar c)(c_k - \bar c)^T

with the coefficients :math:`c_k` of fits in which every block of configurations counts as often as
a draw with replacement took it (Efron, Ann. Statist. 7 (1979) 1).  Penalty, weights and one-body
energies are those of the fit.  With half solves :math:`Z_b` and residuals :math:`e_b` of the
blocks and their counts :math:`n_b`, the normal equations give

.. math:: T (c_k - c) = - \Big(1 + \sum_b (n_b - 1) Z_b Z_b^T\Big)^{-1} \sum_b (n_b - 1) Z_b e_b
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from typing_extensions import override

from potlearn.errors import UncertaintyError
from potlearn.linalg.blas import one_blas_thread
from potlearn.linalg.lapack import solve_triangular
from potlearn.runtime import reporting
from potlearn.typing import Array
from potlearn.uncertainty.halves import halves
from potlearn.uncertainty.link import Link
from potlearn.uncertainty.methods.plain import plain_links
from potlearn.uncertainty.methods.table import Method, Task
from potlearn.uncertainty.posterior import Posterior

ROUNDING = 1e-12
"""Least part of a direction that a draw leaves."""


@dataclass(frozen=True)
class Committee(Method):
    """Spread of bootstrap fits.

    Parameters
    ----------
    members : int
        Number K of fits.

    Raises
    ------
    UncertaintyError
        Fewer than two members.
    """

    members: int = 8

    def __post_init__(self) -> None:
        if self.members < 2:
            raise UncertaintyError(f"members: expected at least 2, got {self.members}")

    @override
    def factor(self, task: Task) -> Array:
        posterior = Posterior.of(task.result)
        c = len(posterior.hat.triangle)
        counts = self._counts(task)
        left, right = np.zeros((self.members, c, c)), np.zeros((self.members, c))
        with one_blas_thread(), reporting(task.progress, "committee") as report:
            for index, z, errors in halves(task.result, posterior.hat, report):
                gram, pull = z @ z.T, z @ errors
                for k, more in enumerate((counts[:, index] - 1).tolist()):
                    if more:
                        left[k] += more * gram
                        right[k] -= more * pull
            left[:, np.arange(c), np.arange(c)] += 1 + ROUNDING
            half = np.asarray(np.linalg.solve(left, right[:, :, None])[:, :, 0].T, np.float64)
            steps = solve_triangular(posterior.hat.triangle, half)
        steps -= steps.mean(axis=1, keepdims=True)
        return posterior.placed(steps / np.sqrt(self.members - 1))

    @override
    def links(self, task: Task, sets: Array) -> dict[str, Link]:
        return plain_links(task, sets)

    def _counts(self, task: Task) -> Array:
        """How often each configuration counts in each member, (K, n)."""
        n = int(task.blocks.max()) + 1
        drawn = task.rng.multinomial(n, np.full(n, 1 / n), size=self.members)
        return np.asarray(drawn[:, task.blocks], float)
