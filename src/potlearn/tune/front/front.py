"""The front of a study: points in the order of their first cost, and what resampling says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import overload

from potlearn.tune.front.intervals import Bootstrap
from potlearn.tune.front.names import COSTS
from potlearn.tune.front.point import Point


@dataclass(frozen=True)
class Front(Sequence[Point]):
    """Points that no trial dominates.

    Attributes
    ----------
    points : tuple of Point
    objectives : tuple of str
        All are minimised.
    bootstrap : Bootstrap
        Resampled objectives, in the order of the points.
    """

    points: tuple[Point, ...]
    objectives: tuple[str, ...]
    bootstrap: Bootstrap = field(default_factory=Bootstrap)

    @property
    def error(self) -> str:
        """The objective that stands for accuracy: the first that is no cost, or the first."""
        return next((name for name in self.objectives if name not in COSTS), self.objectives[0])

    def value(self, i: int, name: str) -> float:
        """Objective, or another measured value, of point i; NaN if it was not measured."""
        point = self.points[i]
        known: Mapping[str, float] = point.values
        return point.objectives[name].value if name in point.objectives else _or_nan(known, name)

    def chosen(self, i: int, why: str) -> Point:
        """Point i with the reason for it."""
        return replace(self.points[i], why=why)

    @overload
    def __getitem__(self, index: int) -> Point: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Point, ...]: ...
    def __getitem__(self, index: int | slice) -> Point | tuple[Point, ...]:
        return self.points[index]

    def __len__(self) -> int:
        return len(self.points)

    def __iter__(self) -> Iterator[Point]:
        return iter(self.points)


def _or_nan(values: Mapping[str, float], name: str) -> float:
    return values.get(name, float("nan"))
