r"""Determinantal point process of random size.

.. math::
    P(S) = \frac{\det \alpha L_S}{\det(1 + \alpha L)}, \qquad
    E|S| = \sum_j \frac{\alpha \lambda_j}{1 + \alpha \lambda_j}

(Kulesza & Taskar, Determinantal point processes for machine learning, 2012, equations 13 and 34).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from typing_extensions import override

from potlearn.errors import SelectionError
from potlearn.select.determinantal.base import Determinantal
from potlearn.select.determinantal.ensemble import Ensemble
from potlearn.select.determinantal.laws import AnySize
from potlearn.select.parameters import check_number
from potlearn.typing import Array


@dataclass(frozen=True)
class DPP(Determinantal):
    r"""Draw rows with probability proportional to the determinant of their kernel matrix.

    Parameters
    ----------
    expected_size : float, optional
        Number of rows on average, which sets :math:`\alpha`; by default :math:`\alpha = 1`.
    kernel, rank, random_state :
        See :class:`~potlearn.select.KDPP`.
    """

    expected_size: float | None = None

    @override
    def check(self, n: int) -> None:
        super().check(n)
        if self.expected_size is not None:
            check_number("expected_size", self.expected_size, expected="a number above 0")

    @override
    @property
    def landmarks(self) -> int:
        return round(2 * (self.expected_size or 0))

    @override
    def law(self, ensemble: Ensemble) -> AnySize:
        values = ensemble.log_eigenvalues
        if self.expected_size is None:
            return AnySize(values)
        if not 0 < self.expected_size < ensemble.rank:
            raise SelectionError(
                f"expected_size is {self.expected_size}; expected a number above 0 "
                f"and below the rank of the kernel, {ensemble.rank}"
            )
        return AnySize(values + _log_scale(values, self.expected_size))


def _log_scale(log_values: Array, size: float) -> float:
    r"""Logarithm of the scale :math:`\alpha` of an expected size, by bisection."""
    low, high = -float(log_values.max()) - 50.0, -float(log_values.min()) + 50.0
    for _ in range(200):
        middle = (low + high) / 2
        if np.sum(AnySize(log_values + middle).probabilities) < size:
            low = middle
        else:
            high = middle
    return (low + high) / 2
