r"""Leverages of columns under the fit's penalty, in one ranking.

.. math:: \pi_f = \sum_{j \in f} \big[ S^{-1} R^T R S^{-1}
              (S^{-1} R^T R S^{-1} + \lambda 1)^{-1} \big]_{jj}
          = \sum_{j \in f} \sum_i \frac{\sigma_i^2}{\sigma_i^2 + \lambda} v_{ij}^2

is the part of a function's coefficients that the data decide.  Labels play no part, and a function
does not know of others that are much the same: both stay or go.

Reference
---------
Alaoui & Mahoney, NeurIPS 28 (2015): ridge leverage scores.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from typing_extensions import override

from potlearn.compress.base import FunctionChoice
from potlearn.compress.path import Path
from potlearn.compress.problem import FeatureProblem

if TYPE_CHECKING:
    from potlearn.runtime import Report


@dataclass(frozen=True)
class Leverage(FunctionChoice):
    """Ridge leverage scores of the columns."""

    @override
    def path(self, problem: FeatureProblem, report: Report | None = None) -> Path:
        _, values, right = np.linalg.svd(problem.scaled, full_matrices=False)
        shares = values**2 / (values**2 + problem.ridge)
        scores = (shares @ right**2)[problem.columns].sum(axis=1)
        order = np.argsort(-scores, kind="stable")
        return Path.of_order(problem.features[f] for f in order.tolist())
