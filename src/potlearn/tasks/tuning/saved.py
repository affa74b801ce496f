"""Which points of a front are saved."""

from __future__ import annotations

import numpy as np

from potlearn.typing import Array


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
    scaled = np.array([_scaled(column) for column in values.T]).T
    chosen = list(dict.fromkeys(np.argmin(values, axis=0).tolist()))[:n]
    while len(chosen) < min(n, len(values)):
        gaps = np.linalg.norm(scaled[:, None] - scaled[chosen], axis=2).min(axis=1)
        gaps[chosen] = -1.0
        chosen.append(int(np.argmax(gaps)))
    return sorted(chosen)


def _scaled(column: Array) -> Array:
    logs = np.log(column) if (column > 0).all() else column
    found: Array = (logs - logs.min()) / (np.ptp(logs) or 1.0)
    return found
