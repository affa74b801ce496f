r"""Choice among computed numbers of which some are equal but for rounding.

Rows that symmetry makes equally good have scores that differ in the last digits, and which is the
larger depends on the processor, on the number of rows that are worked on at once, on an offset or a
rotation of the data.  Scores are therefore compared within

.. math::
    \delta = 256\,\epsilon\,(|v| + s), \qquad \epsilon = 2^{-52},

where v is the best of them and s the size of the terms whose sum or difference it is: of those
within :math:`\delta` of the best the first is chosen.  Of the largest, :math:`\delta` is at most
:math:`10^{-3} |v|`, so that scores that have lost all digits still differ.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from potlearn.typing import Array, Indices

# Rounding errors that a tie may be apart by, and the largest part of a score that they may be.
TIE = 256 * float(np.finfo(float).eps)
MOST = 1e-3


def margin(value: float, size: float = 0.0) -> float:
    """Distance from a best score within which others tie with it; 0 for an infinite score."""
    value = abs(value)
    return min(TIE * (value + size), MOST * value) if value < np.inf else 0.0


def first_largest(values: Array, size: float = 0.0) -> int:
    """Place of the first of the largest values."""
    best = int(values.argmax())
    top = float(values[best])
    return int((values[: best + 1] >= top - margin(top, size)).argmax())


def first_smallest(values: Array, size: float = 0.0) -> int:
    """Place of the first of the smallest values."""
    return first_largest(-values, size)


def first_smallest_in_rows(values: Array, size: Array) -> Indices:
    """Column of the first of the smallest values of each row; ``size`` is one for each row."""
    least = values.min(axis=1)
    return np.asarray((values <= (least + TIE * (np.abs(least) + size))[:, None]).argmax(axis=1))


def in_order(values: Array, size: float = 0.0) -> Indices:
    """Places in the order of the values, smallest first; ties stay in the order of their places."""
    order = np.argsort(values, kind="stable")
    ascending = values[order]
    steps = np.diff(ascending, prepend=ascending[:1])
    ranks = np.cumsum(steps > TIE * (np.abs(ascending) + size))
    return np.asarray(order[np.lexsort((order, ranks))])


def first_of_groups(
    values: Array, groups: NDArray[np.integer], size: Array | float = 0.0
) -> tuple[Indices, Indices]:
    """Groups (0, 1, ...) that have members, and the place of the first of their smallest values."""
    least = np.full(int(groups.max(initial=-1)) + 1, np.inf)
    np.minimum.at(least, groups, values)
    ties = np.flatnonzero(values <= least[groups] + TIE * (values + size))
    found, first = np.unique(groups[ties], return_index=True)
    return found, ties[first]
