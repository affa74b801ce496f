r"""One-sided soft bounds on a linear fit: what the data determine stays.

A quadratic objective rises from its minimiser :math:`c^*` as :math:`\|T (c - c^*)\|^2`, with
:math:`T^T T = R^T R + \lambda S^2`.  Bounds :math:`G c \ge h` with slack cost

.. math:: \min_{c, s} \|T (c - c^*)\|^2 + w \|s\|^2
    \quad\text{subject to}\quad G c + s \ge h .

With :math:`y = T (c - c^*)` this is a least-distance problem in :math:`(y, \sqrt w s)`, which
always has a solution; its dual (:mod:`~potlearn.linalg.one_sided`) has as many unknowns as there
are bounds.  Directions that the data leave open give way for nothing, the others hardly at all.

Columns without rows in the data take no part: their coefficients would meet any bound.

References
----------
Lawson & Hanson, *Solving Least Squares Problems* (1974), ch. 23: the least-distance problem.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from potlearn.fit.diagnose.hat import Hat
from potlearn.fit.result import FitResult
from potlearn.fit.weights import QUANTITIES, Weights
from potlearn.linalg.blas import one_blas_thread
from potlearn.linalg.one_sided import one_sided
from potlearn.linalg.triangular import Matrix
from potlearn.typing import Array, Mask

UNSEEN = 1e-6
"""Columns with a norm below this part of the median one have not been seen by the data."""
ALLOWANCE = 0.03
"""Growth of held-out errors that bounds may cause."""
LEAST = 1e-20
"""Relative penalty: directions that the data leave open must cost next to nothing."""
MOST_LEVERAGE = 0.9
"""Mean leverage that is believed."""
WEIGHTS = (1e4, 1e2, 1.0, 1e-2, 1e-4, 1e-8, 1e-12)
"""Weights of slack, per (eV/atom)², in the order in which they are tried."""
DEEP = 10.0
"""In eV/atom."""
MOST = 600
"""Bounds beyond which those that do not hold the solution are dropped."""


class SoftBounds:
    """Bounds on all coefficients (C,) of a fit, gathered bit by bit."""

    def __init__(self, result: FitResult) -> None:
        self._result = result
        with one_blas_thread():
            self._hat = Hat.of(result, LEAST)
            self._seen = self._seen_columns()
            self._most = self._largest_errors()
        self._duals: list[Matrix] = []
        self._missing: list[Array] = []
        self._weights = list(WEIGHTS)

    def __len__(self) -> int:
        return sum(map(len, self._missing))

    def add(self, rows: Matrix, bounds: Array) -> None:
        """Ask that ``rows @ coefficients >= bounds``: rows (m, C), bounds (m,).

        Bounds that are missed by more than :data:`DEEP` count with slack in proportion: a hole of
        1e8 eV need not be filled to the meV, and rounding could not do it.
        """
        if not len(rows):
            return
        missing = bounds - rows @ self._hat.coefficients
        scale = 1 / np.maximum(missing / DEEP, 1.0)
        rows, missing = scale[:, None] * rows, scale * missing
        self._missing.append(missing)
        with one_blas_thread():
            self._duals.append(self._hat.half(rows * self._seen))

    def solve(self) -> tuple[Array, float]:
        """Coefficients (C,) with the heaviest slack that errors allow, and its weight.

        The weight is infinite where all bounds hold already, zero where no weight is allowed; the
        coefficients are then the fit's own.
        """
        missing = np.concatenate([*self._missing, np.zeros(0)])
        if (missing <= 0).all():
            return self._hat.coefficients, np.inf
        with one_blas_thread():
            # More bounds never allow a heavier slack: weights that failed are not tried again.
            while self._weights:
                found, active = self._bounded(missing, self._weights[0])
                if self.is_allowed(found):
                    self._keep(active if len(active) > MOST else np.ones(len(active), bool))
                    return found, self._weights[0]
                self._weights.pop(0)
        return self._hat.coefficients, 0.0

    def _keep(self, chosen: Mask) -> None:
        """Drop bounds that are far from being met exactly: the solution does not depend on them."""
        self._duals = [np.asfortranarray(np.hstack(self._duals)[:, chosen])]
        self._missing = [np.concatenate(self._missing)[chosen]]

    def is_allowed(self, coefficients: Array) -> bool:
        """Whether all training errors are within what bounds may cost."""
        errors = self._result.ledger.rmse(coefficients)["all"]
        return all(errors[q] <= most for q, most in self._most.items())

    def _bounded(self, missing: Array, weight: float) -> tuple[Array, Mask]:
        """Coefficients (C,) with slack of this weight, and which bounds (m,) hold them."""
        duals = np.hstack(self._duals)
        u = one_sided(duals.T @ duals, missing, weight)
        return self._hat.moved(duals @ u), u > 0

    def _seen_columns(self) -> Mask:
        """Whether the data have rows of each column, (C,)."""
        ledger = self._result.ledger
        triangle, _ = ledger.combine(self._result.settings.weights)
        norms = np.linalg.norm(triangle[:, : len(ledger.columns)], axis=0)
        seen: Mask = norms > UNSEEN * np.median(norms)
        return seen

    def _largest_errors(self) -> dict[str, float]:
        r"""Training errors up to which held-out ones grow by :data:`ALLOWANCE` at most.

        With mean leverage :math:`\gamma / n` of a quantity's n rows, its held-out mean square is
        about :math:`m / (1 - \gamma / n)^2` where that of training is m (generalised
        cross-validation); bounds add the same to both.
        """
        ledger, weights = self._result.ledger, self._result.settings.weights
        most = {}
        for quantity, error in ledger.rmse(self._hat.coefficients)["all"].items():
            if quantity not in weights.used:
                continue
            triangle, n = ledger.combine(_only(weights, quantity))
            gamma = float((self._hat.half(triangle[:, : len(ledger.columns)]) ** 2).sum())
            held_out = 1 / (1 - min(gamma / max(n, 1), MOST_LEVERAGE)) ** 2
            most[quantity] = error * np.sqrt(1 + ((1 + ALLOWANCE) ** 2 - 1) * held_out)
        return most


def _only(weights: Weights, quantity: str) -> Weights:
    """The weights of one quantity, those of the others zero."""
    others = {q: 0.0 for q in QUANTITIES if q != quantity}
    groups = {group: {**given, **others} for group, given in weights.groups.items()}
    return replace(weights, groups=groups, **others)
