r"""Second-order Taylor arithmetic: write a radial function once, get its two derivatives.

A jet carries :math:`(f, f', f'')` in one variable, elementwise over arrays; products and
compositions follow Leibniz' and Faà di Bruno's rules,

.. math:: (g \circ f)' = g'(f) f', \qquad (g \circ f)'' = g''(f) f'^2 + g'(f) f''.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from potlearn.typing import Array


@dataclass(frozen=True)
class Jet:
    """Value and first two derivatives of a function of one variable."""

    value: Array
    first: Array
    second: Array

    @staticmethod
    def variable(x: Array) -> Jet:
        """The identity function at ``x``."""
        return Jet(np.asarray(x, float), np.ones_like(x, float), np.zeros_like(x, float))

    def compose(self, g: Array, dg: Array, d2g: Array) -> Jet:
        """``g(self)``, given ``g`` and its derivatives at ``self.value``."""
        return Jet(g, dg * self.first, d2g * self.first**2 + dg * self.second)

    def __add__(self, other: Jet | float) -> Jet:
        if isinstance(other, Jet):
            return Jet(
                self.value + other.value, self.first + other.first, self.second + other.second
            )
        return Jet(self.value + other, self.first, self.second)

    __radd__ = __add__

    def __neg__(self) -> Jet:
        return self * -1.0

    def __sub__(self, other: Jet | float) -> Jet:
        return self + (-other)

    def __rsub__(self, other: float) -> Jet:
        return -self + other

    def __mul__(self, other: Jet | float) -> Jet:
        if isinstance(other, Jet):
            return Jet(
                self.value * other.value,
                self.first * other.value + self.value * other.first,
                self.second * other.value
                + 2 * self.first * other.first
                + self.value * other.second,
            )
        return Jet(self.value * other, self.first * other, self.second * other)

    __rmul__ = __mul__

    def __pow__(self, n: float) -> Jet:
        x = self.value
        return self.compose(x**n, n * x ** (n - 1), n * (n - 1) * x ** (n - 2))

    def __truediv__(self, other: Jet | float) -> Jet:
        return self * other**-1.0

    def exp(self) -> Jet:
        """Exponential."""
        e = np.exp(self.value)
        return self.compose(e, e, e)

    def sinc(self) -> Jet:
        r""":math:`\sin(\pi u) / (\pi u)`, smooth at zero."""
        return self.compose(*_sinc(self.value))

    def decay_ratio(self) -> Jet:
        r""":math:`(1 - e^{-u}) / u`, smooth at zero."""
        return self.compose(*_decay_ratio(self.value))


_SERIES_TERMS = 14


def _series(coefficients: Array, u: Array) -> tuple[Array, Array, Array]:
    p = np.polynomial.Polynomial(coefficients)
    return p(u), p.deriv()(u), p.deriv(2)(u)


def _blend(
    small: NDArray[np.bool_], near: tuple[Array, ...], far: tuple[Array, ...]
) -> tuple[Array, Array, Array]:
    a, b, c = (np.where(small, n, f) for n, f in zip(near, far, strict=True))
    return a, b, c


def _sinc(u: Array) -> tuple[Array, Array, Array]:
    small = np.abs(u) < 0.2
    v = np.where(small, 1.0, u)
    s = np.sinc(v)
    ds = (np.cos(np.pi * v) - s) / v
    far = (s, ds, -(np.pi**2) * s - 2 * ds / v)
    k = np.arange(_SERIES_TERMS)
    factorial = np.cumprod(np.concatenate([[1.0], np.arange(1.0, 2 * _SERIES_TERMS)]))
    coefficients = np.zeros(2 * _SERIES_TERMS)
    coefficients[::2] = (-(np.pi**2)) ** k / factorial[2 * k] / (2 * k + 1)
    return _blend(small, _series(coefficients, np.where(small, u, 0.0)), far)


def _decay_ratio(u: Array) -> tuple[Array, Array, Array]:
    small = np.abs(u) < 0.5
    v = np.where(small, 1.0, u)
    e = np.exp(-v)
    f = -np.expm1(-v) / v
    df = (e - f) / v
    far = (f, df, (-e - 2 * df) / v)
    k = np.arange(_SERIES_TERMS)
    factorial = np.cumprod(np.arange(1.0, _SERIES_TERMS + 1))
    return _blend(small, _series((-1.0) ** k / factorial, np.where(small, u, 0.0)), far)
