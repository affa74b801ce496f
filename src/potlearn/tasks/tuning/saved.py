"""Which points of a front are saved."""

from __future__ import annotations

import numpy as np

from potlearn.select import FPS
from potlearn.typing import Array

DIGITS = 6
"""Points that agree to so many digits of the range of the front are one."""


def far_apart(values: Array, n: int) -> list[int]:
    """Indices of at most ``n`` points, the best of each objective first, then the farthest ones.

    Distances are those of logarithms, each objective scaled to the range of the front; where an
    objective is not above zero, it is taken as it is.

    Parameters
    ----------
    values : (m, k)
        Objectives of the points of a front.
    n : int
    """
    if len(values) <= n:
        return list(range(len(values)))
    scaled = np.array([_scaled(column) for column in values.T]).T
    best = list(dict.fromkeys(np.argmin(values, axis=0).tolist()))[:n]
    _, different = np.unique(scaled.round(DIGITS), axis=0, return_index=True)
    others = np.setdiff1d(different, best)
    more = min(n - len(best), len(others))
    if not more:
        return sorted(best)
    found = FPS(more).select(scaled[others], known=scaled[best]).indices
    return sorted([*best, *others[found].tolist()])


def _scaled(column: Array) -> Array:
    logs = np.log(column) if (column > 0).all() else column
    found: Array = (logs - logs.min()) / (np.ptp(logs) or 1.0)
    return found
