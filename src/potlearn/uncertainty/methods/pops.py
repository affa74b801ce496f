r"""Pointwise optimal parameter sets: every training row pulls the coefficients to itself.

.. math::
   c_i = c + \frac{A^{-1} x_i}{x_i^T A^{-1} x_i}\, e_i, \qquad
   C = \frac1m \sum_i (c_i - c)(c_i - c)^T

is the closest fit that makes the residual :math:`e_i` of row i vanish, with
:math:`A = X^T X + \lambda S^2`, and the second moment of all of them (Swinburne & Perez, Mach.
Learn.: Sci. Technol. 6 (2025) 015008, arXiv:2402.01810).
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
from potlearn.uncertainty.calibration import least_variance
from potlearn.uncertainty.halves import halves
from potlearn.uncertainty.link import Link
from potlearn.uncertainty.methods.plain import plain_links
from potlearn.uncertainty.methods.table import Method, Task
from potlearn.uncertainty.posterior import Posterior


@dataclass(frozen=True)
class PointwiseOptimal(Method):
    """Second moment of the coefficients that are optimal for one row each.

    Parameters
    ----------
    quantile : float
        Rows whose leverage is below this quantile of all are left out: they decide next to nothing,
        and would have to pull the coefficients far.

    Raises
    ------
    UncertaintyError
        A quantile below 0, or 1 and more.
    """

    quantile: float = 0.5

    def __post_init__(self) -> None:
        if not 0 <= self.quantile < 1:
            raise UncertaintyError(
                f"quantile: expected a number from 0 to below 1, got {self.quantile:g}"
            )

    @override
    def factor(self, task: Task) -> Array:
        posterior = Posterior.of(task.result)
        with one_blas_thread(), reporting(task.progress, "pointwise fits") as report:
            passes = (z for _, z, _ in halves(task.result, posterior.hat, report))
            leverages = np.concatenate([np.sum(z**2, axis=0) for z in passes])
            leverages = leverages[leverages > least_variance(leverages)]
            least = float(np.quantile(leverages, self.quantile))
            moment, n = np.zeros((len(posterior.hat.triangle),) * 2), 0
            for _, z, errors in halves(task.result, posterior.hat):
                own = np.sum(z**2, axis=0)
                chosen = own >= least
                steps = z[:, chosen] * (errors[chosen] / own[chosen])
                moment, n = moment + steps @ steps.T, n + steps.shape[1]
        values, vectors = np.linalg.eigh(moment / n)
        root = vectors * np.sqrt(np.maximum(values, 0.0))
        return posterior.placed(solve_triangular(posterior.hat.triangle, root))

    @override
    def links(self, task: Task, sets: Array) -> dict[str, Link]:
        return plain_links(task, sets)
