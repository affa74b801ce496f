"""Ends of ranges at which the most accurate point lies: beyond them may be better ones."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from potlearn.tune import Range, Space
from potlearn.tune.front.names import COSTS

if TYPE_CHECKING:
    from potlearn.tasks.tuning.points import Point

NEAR = 0.02
"""Part of a range that counts as its end."""


def edges(points: Sequence[Point], space: Space, objectives: Sequence[str]) -> Iterator[str]:
    """Notes on parameters of the point with the lowest value of the first that is no cost."""
    objective = next((name for name in objectives if name not in COSTS), objectives[0])
    if not points:
        return
    best = min(points, key=lambda point: point.values[objective])
    for key, value in best.wanted.trial.parameters.items():
        parameter = space.parameters[key]
        if not isinstance(parameter, Range) or parameter.low == parameter.high:
            continue
        place = _place(parameter, float(value))
        if place <= NEAR or place >= 1 - NEAR:
            end = parameter.low if place <= NEAR else parameter.high
            yield (
                f"the point with the lowest {objective}, trial {best.number}, has {key} {value:g}, "
                f"at the end of its range ({end:g}): a wider range may have a better one"
            )


def _place(parameter: Range, value: float) -> float:
    """Where a value lies between the ends of a range, 0 to 1."""
    low, high = parameter.low, parameter.high
    if parameter.log:
        low, high, value = math.log(low), math.log(high), math.log(value)
    return (value - low) / (high - low)
