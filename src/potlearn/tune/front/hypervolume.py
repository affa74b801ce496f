r"""How much of the space of objectives a front dominates.

With a reference point r, the hypervolume of points :math:`p` (all objectives minimised) is

.. math:: H = \operatorname{vol} \bigcup_{p} \prod_j [p_j, r_j]

Points that are not below the reference in every objective add nothing.  Two and three objectives
are exact sweeps (Fonseca, Paquete, López-Ibáñez, IEEE CEC 2006, 1157), :math:`O(n \log n)`; more
use exclusive volumes one after the other (While, Bradstreet, Barone, IEEE Trans. Evol. Comput. 16,
86, 2012), which is meant for few objectives.
"""

from __future__ import annotations

from bisect import bisect_left

import numpy as np

from potlearn.errors import TuneError
from potlearn.tune.front.pareto import pareto
from potlearn.typing import Array, Mask

QUANTILE = 0.95
"""Share of the trials below the usual reference point, in each objective."""


class Staircase:
    """Area that points of a plane dominate, point by point.

    Corners are kept with x ascending and y descending.  A new point costs a search, and those that
    it dominates.
    """

    def __init__(self, x: float, y: float) -> None:
        self._corner = (x, y)
        self._x: list[float] = []
        self._y: list[float] = []
        self.area = 0.0

    def add(self, x: float, y: float) -> None:
        """Let the area grow by what (x, y) dominates and no point before it."""
        right, top = self._corner
        start = bisect_left(self._x, x)
        above = self._y[start - 1] if start else top
        if not (x < right and y < above):
            return
        end, left = start, x
        while end < len(self._x) and self._y[end] >= y:
            self.area += (self._x[end] - left) * (above - y)
            left, above = self._x[end], self._y[end]
            end += 1
        until = self._x[end] if end < len(self._x) else right
        self.area += (until - left) * (above - y)
        self._x[start:end], self._y[start:end] = [x], [y]


def hypervolume(values: Array, reference: Array) -> float:
    """The hypervolume of points.

    Parameters
    ----------
    values : (n, k)
        Points; those with a value that is not finite add nothing.
    reference : (k,)

    Returns
    -------
    float
        In the product of the units of the objectives.

    Raises
    ------
    TuneError
        Shapes do not fit, or the reference is not finite.
    """
    points, corner = _checked(values, reference)
    return _volume(points[_inside(points, corner)], corner)


def growth(values: Array, reference: Array) -> Array:
    """The hypervolume after each point, (n,): of the first, the first two, ...

    Parameters and errors are those of :func:`hypervolume`.  With two objectives the whole curve
    costs as much as its last value; with more, points that add to the front cost a sweep.
    """
    points, corner = _checked(values, reference)
    inside = _inside(points, corner)
    found = np.zeros(len(points))
    if points.shape[1] == 2:
        stairs = Staircase(*corner.tolist())
        for i, (x, y) in enumerate(points.tolist()):
            if inside[i]:
                stairs.add(x, y)
            found[i] = stairs.area
        return found
    front, volume = points[:0], 0.0
    for i, point in enumerate(points):
        if inside[i] and not (front <= point).all(axis=1).any():
            volume += _exclusive(point, front, corner)
            front = np.vstack([front[~(point <= front).all(axis=1)], point])
        found[i] = volume
    return found


def reference_point(values: Array, quantile: float = QUANTILE) -> Array:
    """The usual reference, (k,): what that share of the trials stays below in each objective.

    With 1 it is the worst of all trials, and one bad trial then decides over every volume.  Rows
    with a value that is not finite are left out; without rows it is 1.
    """
    points = np.asarray(values, dtype=np.float64)
    points = points[np.isfinite(points).all(axis=1)]
    if not len(points):
        return np.ones(points.shape[1])
    found: Array = np.quantile(points, quantile, axis=0, method="higher")
    return found


def _checked(values: Array, reference: Array) -> tuple[Array, Array]:
    points, corner = np.asarray(values, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    if points.ndim != 2 or corner.shape != points.shape[1:] or not len(corner):
        raise TuneError(
            f"the hypervolume needs points (n, k) and a reference (k,), got shapes "
            f"{points.shape} and {corner.shape}"
        )
    if not np.isfinite(corner).all():
        raise TuneError(f"the reference of a hypervolume is not finite: {corner.tolist()}")
    return points, corner


def _inside(points: Array, corner: Array) -> Mask:
    """Finite points below the corner in every objective, (n,)."""
    inside: Mask = np.all(np.isfinite(points) & (points < corner), axis=1)
    return inside


def _volume(points: Array, corner: Array) -> float:
    """Of points below the corner."""
    points = points[pareto(points)]
    if not len(points):
        return 0.0
    if points.shape[1] == 1:
        return float(corner[0] - points.min())
    if points.shape[1] <= 3:
        return _swept(points, corner)
    # Where the last objective is worst first, the others are dominated soon.
    points = points[np.argsort(-points[:, -1], kind="stable")]
    return sum(_exclusive(p, points[i + 1 :], corner) for i, p in enumerate(points))


def _exclusive(point: Array, others: Array, corner: Array) -> float:
    """What a point dominates and the others do not."""
    return float(np.prod(corner - point)) - _volume(np.maximum(others, point), corner)


def _swept(points: Array, corner: Array) -> float:
    """Slices along the last of three objectives; two are one slice."""
    stairs = Staircase(*corner[:2].tolist())
    if points.shape[1] == 2:
        for x, y in points.tolist():
            stairs.add(x, y)
        return stairs.area
    volume, below = 0.0, 0.0
    for x, y, z in points[np.argsort(points[:, 2], kind="stable")].tolist():
        volume += stairs.area * (z - below)
        below = z
        stairs.add(x, y)
    return volume + stairs.area * (float(corner[2]) - below)
