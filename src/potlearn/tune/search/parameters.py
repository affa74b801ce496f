"""What a key of a space can be: one of several values, or a number in a range."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from potlearn.errors import ConfigError
from potlearn.runtime import shown
from potlearn.tune.trial import Value
from potlearn.typing import Settings

# A step that misses the upper end by less than this part of a step fits.
FITS = 1e-6


@dataclass(frozen=True)
class Choice:
    """One of several values.

    Parameters
    ----------
    values : sequence of plain JSON values
        Also lists, such as degrees ``[[14, 13], [12, 10]]``.

    Raises
    ------
    ConfigError
        No value, a value that is given twice, or one that is not plain JSON.
    """

    values: tuple[Value, ...]

    def __init__(self, values: Iterable[Value]) -> None:
        object.__setattr__(self, "values", tuple(values))
        if not self.values:
            raise ConfigError("a choice needs at least one value, got none")
        texts = [_text(value) for value in self.values]
        for value, text in zip(self.values, texts, strict=True):
            if texts.count(text) > 1:
                raise ConfigError(f"a choice has the value {shown(value)} more than once")

    @property
    def count(self) -> int:
        """Number of values."""
        return len(self.values)

    def options(self) -> tuple[Value, ...]:
        """All values."""
        return self.values

    def at(self, u: float) -> Value:
        """The value at a coordinate of the unit interval, 0 <= u < 1."""
        return self.values[min(int(u * self.count), self.count - 1)]

    def has(self, value: Value) -> bool:
        """Whether a value is one of the choice."""
        return _text(value) in map(_text, self.values)

    def nearest(self, value: Value) -> Value:
        """The value itself."""
        return value

    def to_dict(self) -> Settings:
        """Plain data."""
        return {"choice": list(self.values)}


@dataclass(frozen=True)
class Range:
    """A number from ``low`` to ``high``, both included.

    Parameters
    ----------
    low, high : float
    step : float, optional
        Distance of neighbouring values; without it, all numbers are possible (of integers: all).
    log : bool
        The logarithm is searched evenly; for numbers above 0, without a step.
    integer : bool
        Whole numbers alone.

    Raises
    ------
    ConfigError
        Reversed ends, a step that does not lead from one end to the other, a logarithm of a number
        that is not above 0, or ends of an integer range that are not whole.
    """

    low: float
    high: float
    step: float | None = None
    log: bool = False
    integer: bool = False

    def __post_init__(self) -> None:
        where = f"range from {shown(self.low)} to {shown(self.high)}"
        for name in ("low", "high", "step"):
            _check_number(where, name, getattr(self, name), self.integer)
        if self.low > self.high:
            raise ConfigError(f"{where}: low is above high; exchange them")
        if self.log and self.low <= 0:
            raise ConfigError(f"{where}: log: expected low above 0, got {self.low:g}")
        if self.log and self.step is not None:
            raise ConfigError(f"{where}: expected a step or log, got both")
        if self.step is not None:
            self._check_step(where, self.step)

    def _check_step(self, where: str, step: float) -> None:
        if step <= 0:
            raise ConfigError(f"{where}: step: expected a number above 0, got {step:g}")
        steps = (self.high - self.low) / step
        if abs(steps - round(steps)) > FITS:
            last = self._grid(math.floor(steps))
            raise ConfigError(
                f"{where}: step {step:g} does not lead to high: the last value is {last:g}; "
                f"expected high: {last:g}, or another step"
            )

    @property
    def count(self) -> int | None:
        """Number of values; None without a step."""
        step = self._step
        return None if step is None else round((self.high - self.low) / step) + 1

    @property
    def _step(self) -> float | None:
        return 1 if self.integer and self.step is None else self.step

    def options(self) -> tuple[Value, ...]:
        """All values of a range with a step."""
        return tuple(self._grid(k) for k in range(self.count or 0))

    def at(self, u: float) -> Value:
        """The value at a coordinate of the unit interval, 0 <= u < 1."""
        if self.log:
            # Half a number more at both ends, so that each integer has its share.
            half = 0.5 if self.integer else 0.0
            low, high = math.log(self.low - half), math.log(self.high + half)
            return self.nearest(math.exp(low + u * (high - low)))
        if self.count is not None:
            return self._grid(min(int(u * self.count), self.count - 1))
        return self.nearest(self.low + u * (self.high - self.low))

    def nearest(self, x: float) -> Value:
        """The value of the range that is nearest to a number, free of rounding."""
        if self._step is not None:
            k = min(max(round((x - self.low) / self._step), 0), (self.count or 1) - 1)
            return self._grid(k)
        return float(min(max(x, self.low), self.high))

    def _grid(self, k: int) -> Value:
        """The k-th value; decimal, since 4 + 3 * 0.1 would be 4.300000000000001."""
        x = Decimal(str(self.low)) + k * Decimal(str(self._step))
        return int(x) if self.integer else float(x)

    def has(self, value: Value) -> bool:
        """Whether a number is in the range."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        near = self.nearest(float(value)) if math.isfinite(value) else math.inf
        return bool(math.isclose(near, value, rel_tol=1e-12, abs_tol=1e-12))

    def to_dict(self) -> Settings:
        """Plain data."""
        step = None if self.step is None else float(self.step)
        ends = {"low": float(self.low), "high": float(self.high), "step": step}
        return {**ends, "log": self.log, "integer": self.integer}


Parameter: TypeAlias = Choice | Range


def _text(value: Value) -> str:
    try:
        return json.dumps(value, allow_nan=False, sort_keys=True)
    except (TypeError, ValueError, RecursionError) as error:
        raise ConfigError(
            f"a choice: expected numbers, words, truth values or lists of them, got {shown(value)}"
        ) from error


def _check_number(where: str, name: str, value: object, integer: bool) -> None:
    if value is None and name == "step":
        return
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ConfigError(f"{where}: {name}: expected a number, got {shown(value)}")
    if integer and value != int(value):
        raise ConfigError(f"{where}: {name}: expected a whole number, got {value:g}")
