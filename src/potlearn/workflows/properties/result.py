"""What a property gives: numbers with units and error bars, curves, and what a user should know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

import numpy as np

from potlearn.typing import Settings


@dataclass(frozen=True)
class Value:
    """A number.

    Attributes
    ----------
    value : float
    unit : str
        Empty for a pure number.
    error : float, optional
        One standard deviation: of block averages, or over potentials drawn from the posterior.
    """

    value: float
    unit: str = ""
    error: float | None = None


@dataclass(frozen=True)
class Curve:
    """Lines over one axis, for a figure.

    Attributes
    ----------
    x_title, y_title : str
        Titles of the axes, with units.
    x : (n,)
    lines : (k, n)
    errors : (n,), optional
        Standard deviations of the first line.
    points : two sequences of the same length, optional
        What was calculated, where the lines are a fit of it.
    ticks : sequence of (position, text), optional
        Named places of the axis; empty for numbers.
    """

    x_title: str
    y_title: str
    x: Sequence[float]
    lines: Sequence[Sequence[float]]
    errors: Sequence[float] = ()
    points: Sequence[Sequence[float]] = ()
    ticks: Sequence[tuple[float, str]] = ()


@dataclass(frozen=True)
class Result:
    """A property of one potential.

    Attributes
    ----------
    values : mapping of str to Value
    curves : mapping of str to Curve
        By title.
    notes : sequence of str
        What a user should know, such as imaginary phonons.
    problem : str
        Why there are no values; empty if there are.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    curves: Mapping[str, Curve] = field(default_factory=dict)
    notes: Sequence[str] = ()
    problem: str = ""

    def to_dict(self) -> Settings:
        """Plain data."""
        return asdict(self)

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> Self:
        """The result of plain data."""
        values = {name: Value(**value) for name, value in found["values"].items()}
        curves = {name: Curve(**curve) for name, curve in found["curves"].items()}
        return cls(values, curves, tuple(found["notes"]), found["problem"])

    def with_errors(self, drawn: Sequence[Result]) -> Result:
        """The result with the standard deviations over results of drawn potentials.

        Errors that are there, of block averages, stay.  A number that fewer than two draws have
        gets none.
        """
        values = {name: _with_error(name, value, drawn) for name, value in self.values.items()}
        failed = [other.problem for other in drawn if other.problem]
        notes = [*self.notes]
        if failed:
            notes.append(
                f"{len(failed)} of {len(drawn)} drawn potentials have no such property, and its "
                f"error bars do not show it: {failed[0]}"
            )
        return replace(self, values=values, notes=notes)


def _with_error(name: str, value: Value, drawn: Sequence[Result]) -> Value:
    found = [other.values[name].value for other in drawn if name in other.values]
    if value.error is not None or len(found) < 2:
        return value
    return replace(value, error=float(np.std(found, ddof=1)))
