r"""Which point of a front to take: three questions, each answered with its reason.

The knee is the point with the least sum of scaled objectives,

.. math::
    \arg\min_i \sum_j \frac{s_{ij} - \min_l s_{lj}}{\max_l s_{lj} - \min_l s_{lj}},
    \qquad s_{ij} = \log o_{ij}

over the points of the front (where an objective is not positive, it is taken as it is, without the
logarithm).  For two objectives it is the point farthest below the line between the ends of the
front (Das, Struct. Optim. 18, 107, 1999).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from difflib import get_close_matches

import numpy as np

from potlearn.errors import TuneError
from potlearn.tune.front.front import Front
from potlearn.tune.front.names import FORCE_TIME, named
from potlearn.tune.front.point import Point
from potlearn.typing import Array


def knee(front: Front) -> Point:
    """The point where accuracy starts to cost much; of equal ones the most accurate.

    Raises
    ------
    TuneError
        The front is empty.
    """
    sums = _sums(_objectives(front))
    order = [front.value(i, front.error) for i in range(len(front))]
    i = min(range(len(front)), key=lambda i: (round(float(sums[i]), 12), order[i]))
    if len(front) < 3:
        return front.chosen(i, f"the front has {_points(len(front))}; this is the most accurate")
    why = "nearest to the best of every objective at once, on logarithmic scales"
    return front.chosen(i, why + _support(front, i))


def best(front: Front, name: str | None = None, below: Mapping[str, float] | None = None) -> Point:
    """The point with the lowest value among those at or below limits.

    Parameters
    ----------
    front : Front
    name : str, optional
        Objective or other measured value; the first error of the objectives by default.
    below : mapping of str to float
        Highest values, such as ``{"force_time": 20}``, in the units of :class:`Point`.

    Raises
    ------
    TuneError
        No point is below the limits (the message has the lowest value of the front), a name is not
        known, or the front is empty.
    """
    name, limits = _known(front, name or _first(front)), dict(below or {})
    for key, limit in limits.items():
        _known(front, key)
        if not math.isfinite(limit):
            raise TuneError(f"below: {key}: expected a finite number, got {limit}")
    rows = [i for i in range(len(front)) if front.value(i, name) == front.value(i, name)]
    allowed = [i for i in rows if all(front.value(i, k) <= v for k, v in limits.items())]
    if not allowed:
        raise TuneError(_nothing_below(front, limits))
    i = min(allowed, key=lambda i: front.value(i, name))
    where = " and ".join(f"{named(k).text(v)} or less" for k, v in limits.items())
    among = f", of {_points(len(allowed))} with {where}" if limits else f" of {_points(len(rows))}"
    return front.chosen(i, f"the lowest {named(name).words}{among} on the front")


def fastest(front: Front, within_se: float = 1.0, of: str | None = None) -> Point:
    r"""The fastest point that is not clearly worse than the most accurate one.

    With the lowest error :math:`e_b`, point i qualifies if

    .. math:: e_i - e_b \le k \cdot \mathrm{SE}(e_i - e_b)

    where the standard error of the difference is that of a bootstrap over validation
    configurations, paired: both errors are of the same drawn configurations.

    Parameters
    ----------
    front : Front
    within_se : float
        k, in standard errors; 0 gives the most accurate point.
    of : str, optional
        The error; the first error of the objectives by default.

    Raises
    ------
    TuneError
        The study has no force times, or no errors per configuration for ``of``; ``within_se`` is
        negative; the front is empty.
    """
    name = _known(front, of or _first(front))
    _known(front, FORCE_TIME)
    if not within_se >= 0:
        raise TuneError(f"within_se: expected a number from 0, got {within_se}")
    rows = [i for i in range(len(front)) if front.value(i, name) == front.value(i, name)]
    lowest = min(rows, key=lambda i: front.value(i, name))
    if not _has_errors(front, name, lowest):
        raise TuneError(
            f"no errors per configuration of {name}, which its standard error needs: they are kept "
            "for mean absolute errors on the validation set (energy_mae, forces_mae, stress_mae); "
            "ask best(below={...}) or knee() instead"
        )
    near = [i for i in rows if _is_near(front, name, (i, lowest), within_se)]
    i = min(near, key=lambda i: (_time(front, i), front.value(i, name)))
    return front.chosen(i, _why_fastest(front, name, (i, lowest), within_se, len(near)))


def _is_near(front: Front, name: str, pair: tuple[int, int], within_se: float) -> bool:
    """Whether the first point's error is within the standard errors of the second's."""
    i, lowest = pair
    gap = front.value(i, name) - front.value(lowest, name)
    return i == lowest or gap <= within_se * front.bootstrap.error_of_difference(name, i, lowest)


def _why_fastest(front: Front, name: str, pair: tuple[int, int], within_se: float, n: int) -> str:
    """The sentence of a choice by standard errors."""
    i, lowest = pair
    label = named(name)
    if i == lowest:
        return (
            f"the lowest {label.words}; no faster point is within {within_se:g} standard "
            f"error{'' if within_se == 1 else 's'} of it"
        )
    gap = front.value(i, name) - front.value(lowest, name)
    ratio = _time(front, lowest) / _time(front, i)
    error = front.bootstrap.error_of_difference(name, i, lowest)
    return (
        f"the fastest of {_points(n)} within {within_se:g} standard error"
        f"{'' if within_se == 1 else 's'} of the lowest {label.words} (trial "
        f"{front.points[lowest].trial}): {label.number(gap)} ± {label.number(error)} {label.unit} "
        f"above it, {ratio:.2g} times as fast"
    )


def _has_errors(front: Front, name: str, i: int) -> bool:
    """Whether point i was resampled."""
    samples = front.bootstrap.samples.get(name)
    return samples is not None and bool(np.isfinite(samples[:, i]).all())


def _time(front: Front, i: int) -> float:
    """Force time; a point without one is never the fastest."""
    time = front.value(i, FORCE_TIME)
    return time if time == time else math.inf


def _first(front: Front) -> str:
    _not_empty(front)
    return front.error


def _not_empty(front: Front) -> None:
    if not len(front):
        raise TuneError(
            "the front is empty: no trial is done that keeps the constraints; `potlearn tune DIR "
            "--show` counts the trials by state and reason"
        )


def _known(front: Front, name: str) -> str:
    """The name, if some point of the front has its value."""
    _not_empty(front)
    known = dict.fromkeys(key for point in front for key in (*point.objectives, *point.values))
    if name not in known:
        near = get_close_matches(name, known, n=1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        raise TuneError(
            f"{name!r} was not measured on the front{hint}; expected one of {', '.join(known)}"
        )
    return name


def _objectives(front: Front) -> Array:
    _not_empty(front)
    return np.array([[u.value for u in p.objectives.values()] for p in front])


def _sums(values: Array) -> Array:
    """Sum of the scaled objectives of each point."""
    scaled = np.empty_like(values)
    for j, column in enumerate(values.T):
        scale = np.log(column) if (column > 0).all() else column
        scaled[:, j] = (scale - scale.min()) / (np.ptp(scale) or 1.0)
    total: Array = scaled.sum(axis=1)
    return total


def _support(front: Front, i: int) -> str:
    """In how many resamplings the point is the knee, too."""
    samples = front.bootstrap.samples
    known = {n: s for n, s in samples.items() if n in front.objectives and np.isfinite(s).all()}
    if not known:
        return ""
    draws = min(len(s) for s in known.values())
    count = 0
    values = _objectives(front)
    for draw in range(draws):
        for name, sample in known.items():
            values[:, front.objectives.index(name)] = sample[draw]
        count += int(_sums(values).argmin()) == i
    return f"; the same point in {100 * count / draws:.0f} % of {draws} resamplings of the data"


def _nothing_below(front: Front, limits: Mapping[str, float]) -> str:
    lowest = ", ".join(
        named(k).text(min(v for i in range(len(front)) if (v := front.value(i, k)) == v))
        for k in limits
    )
    where = ", ".join(named(k).text(v) for k, v in limits.items())
    return f"no point of the front is at or below {where}; the lowest of the front: {lowest}"


def _points(n: int) -> str:
    return f"{n} point{'' if n == 1 else 's'}"
