r"""How far data decide each combination of coefficients.

With the triangular factor R of the weighted rows and the penalty :math:`\lambda S^2`, singular
values of

.. math:: R S^{-1}: \; \sqrt{d_k}, \qquad s_k^2 = d_k + \lambda

belong to combinations of scaled coefficients that are independent in the posterior; the standard
deviation of the k-th is :math:`\sigma / s_k`, and that of the penalty alone
:math:`\sigma / \sqrt\lambda`.  Data decide a combination where they say more of it than the
penalty, :math:`d_k > \lambda`; the sum of :math:`d_k / (d_k + \lambda)` is the effective number of
parameters (MacKay, Neural Computation 4 (1992) 415, equation 4.4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from potlearn.errors import UncertaintyError
from potlearn.fit.posed import Posed
from potlearn.fit.result import FitResult
from potlearn.fit.solve.spectrum import column_scales
from potlearn.typing import Array

ROUNDING = 1e-14
"""Smaller singular values, in parts of the largest, are rounding."""


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Standard deviations of the combinations of scaled coefficients of a linear fit.

    Attributes
    ----------
    stds : (C',)
        Ascending, in parts of the smallest.
    penalty : float or None
        That of a combination of which the data say nothing, in the same unit; None: no penalty.

    Raises
    ------
    UncertaintyError
        Numbers that are not finite and positive.
    """

    stds: Array
    penalty: float | None

    def __post_init__(self) -> None:
        if not (np.isfinite(self.stds).all() and np.all(self.stds > 0)):
            raise UncertaintyError("spectrum of the covariance: expected positive numbers")

    @classmethod
    def of(cls, result: FitResult) -> Self:
        """Of the free coefficients of a fit, from its ledger."""
        problem = Posed.of(result.ledger, result.settings).problem
        own, ridge = result.info.penalties, result.info.ridge
        if own is not None:
            ridge = 1.0
        scales = column_scales(problem, result.info.scaling) if own is None else own
        found = np.zeros(len(scales))
        values = np.linalg.svd(problem.R / scales, compute_uv=False)
        found[: len(values)] = values
        sizes = np.hypot(np.maximum(found, ROUNDING * found[0]), np.sqrt(ridge))
        return cls(sizes[0] / sizes, float(sizes[0] / np.sqrt(ridge)) if ridge > 0 else None)

    @property
    def decided(self) -> int:
        """Combinations of which the data say more than the penalty does."""
        if self.penalty is None:
            return len(self.stds)
        return int(np.sum(2 * self.stds**2 < self.penalty**2))

    @property
    def effective(self) -> float:
        """Effective number of parameters."""
        if self.penalty is None:
            return float(len(self.stds))
        return float(np.sum(1 - np.minimum(self.stds / self.penalty, 1) ** 2))
