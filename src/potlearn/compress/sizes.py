"""Which sizes are looked at, and which one is taken."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

POINTS = 24


class Size(NamedTuple):
    """A size of a path, by the path's place."""

    k: int
    path: int = 0


def spread(available: Sequence[int], points: int = POINTS) -> list[int]:
    """Some of the sizes, evenly on a logarithmic scale, with the smallest and the largest."""
    sizes = np.array(available)
    wanted = np.geomspace(sizes[0], sizes[-1], points)
    nearest = np.abs(np.log(sizes[None, :] / wanted[:, None])).argmin(axis=1)
    return sorted({int(sizes[k]) for k in nearest})


def smallest_good(sizes: Sequence[int], is_good: Callable[[int], bool]) -> int | None:
    """The smallest good size; None where none of those looked at is good.

    Some sizes are looked at from the smallest, then those between the first good one and the one
    below, by bisection.
    """
    coarse = spread(sizes)
    good = next((k for k in coarse if is_good(k)), None)
    if good is None:
        return None
    below = max((k for k in coarse if k < good), default=0)
    between = [k for k in sizes if below < k <= good]
    low, high = 0, len(between) - 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if is_good(between[middle]) else (middle + 1, high)
    return between[high]


def front(points: Iterable[tuple[float, float, Size]]) -> list[Size]:
    """Those of (cost, error, size) that no other beats in both, by ascending cost."""
    found: list[Size] = []
    least = np.inf
    for _, error, size in sorted(points):
        if error < least:
            least = error
            found.append(size)
    return found
