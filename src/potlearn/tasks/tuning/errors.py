"""Errors of a potential on a set, as a search names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from potlearn.typing import Array, Indices

if TYPE_CHECKING:
    from potlearn.metrics import Evaluation

QUANTITIES = ("energy", "forces", "stress")


def errors_of(evaluation: Evaluation) -> tuple[dict[str, float], dict[str, Array]]:
    """Errors of a set, and of each of its configurations."""
    values, errors = {}, {}
    for quantity in QUANTITIES:
        found = evaluation.values(quantity)
        if not len(found.error):
            continue
        absolute = np.abs(found.error)
        values[f"{quantity}_mae"] = float(absolute.mean())
        values[f"{quantity}_rmse"] = float(np.sqrt(np.mean(found.error**2)))
        n = np.bincount(found.configuration, minlength=len(evaluation)).astype(float)
        errors[quantity] = _means(found.configuration, absolute, n)
        errors[f"{quantity}_sq"] = _means(found.configuration, found.error**2, n)
        errors[f"{quantity}_n"] = n
    return values, errors


def _means(owner: Indices, values: Array, n: Array) -> Array:
    """Means of the values of each configuration, which has n of them; NaN without any."""
    totals = np.bincount(owner, values, minlength=len(n))
    found: Array = np.divide(totals, n, out=np.full(len(n), np.nan), where=n > 0)
    return found
