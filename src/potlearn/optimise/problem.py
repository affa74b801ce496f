"""The function that a method sees: flat points, counted, checked, its iterates kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from potlearn.errors import OptimisationError
from potlearn.typing import Array

Loss: TypeAlias = Callable[[Array], Any]
"""Point -> value, or -> (value, gradient)."""
Callback: TypeAlias = Callable[[int, Array, float], object]
"""(iteration, x, value) -> True to stop."""


class Stopped(Exception):  # noqa: N818 (no error: the callback asked for the end)
    """The callback asked for the end; never seen by callers."""


class Box(NamedTuple):
    """Bounds of the flat parameters, (n,) each; infinite where a side is open."""

    low: Array
    high: Array

    def pairs(self) -> list[tuple[float | None, float | None]]:
        """As SciPy takes them."""
        return [
            (float(a) if np.isfinite(a) else None, float(b) if np.isfinite(b) else None)
            for a, b in zip(self.low, self.high, strict=True)
        ]

    def clip(self, x: Array) -> Array:
        """The nearest point within the bounds."""
        return np.clip(x, self.low, self.high)

    def inside(self, x: Array, part: float = 0.01) -> Array:
        """A point off the bounds by a part of their distance, or of x where that is smaller."""
        margin = part * np.minimum(self.high - self.low, np.maximum(1.0, np.abs(x)))
        return np.clip(x, self.low + margin, self.high - margin)


class _Seen(NamedTuple):
    """A point, flat, its loss and its flat gradient."""

    x: Array
    value: float
    gradient: Array | None


class Problem:
    """A loss at flat points (n,).

    Parameters
    ----------
    loss, gradient, hessian : callables
        As in :func:`~potlearn.optimise.minimize`; they see points in the shape of ``x0``.
    x0 : array
        The start.
    box : Box or None
        Bounds.
    callback : callable or None
    walls : bool
        Whether a loss of +inf is a value (a point that is out of the domain) or an error.

    Raises
    ------
    OptimisationError
        The loss is no finite number at the start, or not of the form that is expected.
    """

    def __init__(
        self,
        loss: Loss,
        x0: Array,
        gradient: Loss | None = None,
        hessian: Loss | None = None,
        box: Box | None = None,
        callback: Callback | None = None,
        walls: bool = False,
    ) -> None:
        self._loss, self._gradient, self._hessian, self._callback = (
            loss,
            gradient,
            hessian,
            callback,
        )
        self.shape, self.x0, self.box = x0.shape, x0.ravel(), box
        self.n_evaluations, self.history, self._walls = 0, list[float](), False
        self._seen: _Seen | None = None
        start = self._at(self.x0)
        self._walls, self.best = walls, start
        self.has_gradient = gradient is not None or start.gradient is not None
        self.has_hessian = hessian is not None
        self.history.append(start.value)

    @property
    def size(self) -> int:
        """Number of parameters."""
        return self.x0.size

    @property
    def iteration(self) -> int:
        """Number of iterates that were reported."""
        return len(self.history) - 1

    def value(self, x: Array) -> float:
        """The loss."""
        return self._at(x).value

    def slope(self, x: Array) -> Array:
        """The gradient (n,)."""
        seen = self._at(x)
        if seen.gradient is None:
            assert self._gradient is not None
            found = self._checked_slope(self._gradient(self._shaped(x)), "the gradient", seen.x)
            self._seen = seen = seen._replace(gradient=found)
        assert seen.gradient is not None
        return seen.gradient

    def curvature(self, x: Array) -> Array:
        """The Hessian (n, n).

        Raises
        ------
        OptimisationError
            It has another number of elements, or elements that are not finite.
        """
        assert self._hessian is not None
        found = np.asarray(self._hessian(self._shaped(x)), float)
        if found.size != self.size**2:
            raise self._error(f"the Hessian: expected {self.size**2} elements, got {found.size}")
        if not np.isfinite(found).all():
            raise self._error("the Hessian: expected finite numbers, got others", x)
        return found.reshape(self.size, self.size)

    def step(self, x: Array, value: float) -> None:
        """Keep an iterate, and ask the callback.

        Raises
        ------
        Stopped
            The callback returned True.
        """
        x, value = np.array(x, float), float(value)
        self.history.append(value)
        if value < self.best.value:
            self.best = _Seen(x, value, None)
        if self._callback is not None:
            answer = self._callback(self.iteration, self._shaped(x), value)
            if isinstance(answer, bool | np.bool_) and answer:
                raise Stopped

    def _shaped(self, x: Array) -> Array:
        return np.array(x, float).reshape(self.shape)

    def _at(self, x: Array) -> _Seen:
        if self._seen is None or not np.array_equal(self._seen.x, x):
            flat = np.array(x, float)
            answer = self._loss(self._shaped(flat))
            self.n_evaluations += 1
            value, slope = (
                answer if isinstance(answer, tuple) and len(answer) == 2 else (answer, None)
            )
            checked = self._checked_value(value, flat)
            if slope is not None and np.isfinite(checked):
                slope = self._checked_slope(slope, "the gradient", flat)
            self._seen = _Seen(flat, checked, slope)
        return self._seen

    def _checked_value(self, value: Any, x: Array) -> float:
        number = np.asarray(value)
        if number.dtype.kind not in "biuf":
            raise self._error(
                f"the loss: expected a number or a tuple (number, gradient), got {_kind(value)}"
            )
        if number.size != 1:
            raise self._error(
                "the loss: expected a number or a tuple (number, gradient), got an array of shape "
                f"{number.shape}"
            )
        found = float(number.reshape(()))
        if not (np.isfinite(found) or (found == np.inf and self._walls)):
            raise self._error(f"the loss is {found}", x)
        return found

    def _checked_slope(self, slope: Any, what: str, x: Array) -> Array:
        found = np.asarray(slope, float)
        if found.shape != self.shape and found.shape != (self.size,):
            raise self._error(f"{what}: expected shape {self.shape}, got {found.shape}")
        if not np.isfinite(found).all():
            raise self._error(f"{what} has elements that are not finite", x)
        return found.ravel()

    def _error(self, message: str, x: Array | None = None) -> OptimisationError:
        """The error, with where it happened and the last good point."""
        where = "" if x is None else f", at x = {_short(x)}"
        if not self.history:
            return OptimisationError(f"{message}, at the start, x = {_short(self.x0)}")
        good = f"; best point so far: loss {self.best.value:.6g}, x = {_short(self.best.x)}"
        return OptimisationError(
            f"{message}, in iteration {self.iteration + 1} (evaluation {self.n_evaluations})"
            f"{where}{good} (the error's x and value)",
            self._shaped(self.best.x),
            self.best.value,
        )


def _short(x: Array) -> str:
    return np.array2string(x, precision=6, threshold=6, edgeitems=2, max_line_width=10**6)


def _kind(value: Any) -> str:
    return "nothing" if value is None else type(value).__name__
