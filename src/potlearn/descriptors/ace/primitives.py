r"""Radial functions that ACE is built from, each up to a cutoff, with two derivatives.

With :math:`T_k` the Chebyshev polynomials, r < r_c, and parameters in the order of the classes:

.. math::
    \text{ChebExpCos}:\quad & x = 1 - 2 \frac{e^{-\lambda r/r_c} - e^{-\lambda}}{1 - e^{-\lambda}},
      \quad w = \frac{1 + \cos(\pi r/r_c)}{2}, \quad g_1 = w,
      \quad g_k = w \frac{1 - T_{k-1}(x)}{2} \\
    \text{ChebPow}:\quad & x = 1 - 2 (1 - r/r_c)^\lambda, \quad g_k = \frac{1 - T_k(x)}{2} \\
    \text{ChebLinear}:\quad & x = 1 - r/r_c, \quad g_k = \frac{1 - T_k(x)}{2} \\
    \text{SBessel}:\quad & \text{orthonormalised sums of two } \sin(n \pi r/r_c) / r \\
    \text{AgnesiJacobi}:\quad & g_k = (1+x)^{p_1} (1-x)^{p_2} J_{k-1}(x),
      \quad x(r) \text{ from } y = \frac{1}{1 + a s^q / (1 + s^{q-p})}, \quad s = r / r_0

All but the last are those of PACE files (Bochkarev et al., Phys. Rev. Materials 6, 013804 (2022);
SBessel: Kocer et al., J. Chem. Phys. 150, 154102 (2019)), the last that of Witt et al., J. Chem.
Phys. 159, 164101 (2023).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from potlearn.engine import Jet
from potlearn.errors import BasisError
from potlearn.typing import Array


def check(holds: bool, message: str) -> None:
    """Raise a :class:`BasisError` with the message unless it holds."""
    if not holds:
        raise BasisError(message)


def stack(jets: Sequence[Jet]) -> Jet:
    """Jets of shape (K,) as one of shape (K, n)."""
    parts = ("value", "first", "second")
    return Jet(*(np.stack([getattr(jet, part) for jet in jets], -1) for part in parts))


def where(condition: NDArray[np.bool_], a: Jet, b: Jet | float) -> Jet:
    """``a`` where the condition holds, else ``b``."""
    other = b if isinstance(b, Jet) else a * 0.0 + b
    parts = ((a.value, other.value), (a.first, other.first), (a.second, other.second))
    return Jet(*(np.where(condition, x, y) for x, y in parts))


def finite(f: Jet) -> Jet:
    """Zero for derivatives that do not exist, as where a root reaches zero at the cutoff."""
    return Jet(*(np.where(np.isfinite(d), d, 0.0) for d in (f.value, f.first, f.second)))


def fall(r: Jet, a: float, b: float) -> Jet:
    """Half a cosine from one at ``a`` to zero at ``b``."""
    return (cosine((r - a) * (np.pi / (b - a))) + 1.0) * 0.5


def cosine(u: Jet) -> Jet:
    """cos(u)."""
    c = np.cos(u.value)
    return u.compose(c, -np.sin(u.value), -c)


def chebyshev(x: Jet, n: int) -> list[Jet]:
    """T_0 to T_n at x, n >= 1."""
    t = [x * 0.0 + 1.0, x]
    while len(t) <= n:
        t.append(x * t[-1] * 2.0 - t[-2])
    return t


def smooth_step(r: Jet, radius: float, width: float) -> Jet:
    r"""1 up to radius - width, 0 from radius on; a jump where the width is 0.

    .. math:: S = \tfrac12 + \tfrac{15}{4} \left( \tfrac{x}{4} - \tfrac{x^3}{6} + \tfrac{x^5}{20}
              \right), \qquad x = 1 - 2 \left( 1 + \frac{r - radius}{width} \right)
    """
    if width == 0:
        x, scale = np.where(r.value < radius, 1.0, -1.0), 0.0
    else:
        x, scale = np.clip(-1.0 - 2.0 * (r.value - radius) / width, -1.0, 1.0), -2.0 / width
    value = 0.5 + 3.75 * x * (0.25 - x**2 / 6 + x**4 / 20)
    slope, curvature = 0.9375 * (1 - x**2) ** 2, -3.75 * x * (1 - x**2)
    return r.compose(value, scale * slope, scale**2 * curvature)


@dataclass(frozen=True)
class ChebExpCos:
    """``decay`` is lambda; within ``dcut`` Å of the cutoff a further cosine takes g to zero."""

    decay: float = 5.25
    dcut: float = 0.0
    kind: ClassVar[str] = "cheb_exp_cos"

    def __post_init__(self) -> None:
        check(self.decay != 0 and self.dcut >= 0, f"cheb_exp_cos: decay must not be 0, got {self}")

    def primitives(self, r: Array, cutoff: float, n: int) -> Jet:
        """g_1 to g_n and derivatives at distances ``r`` (K,) up to the cutoff: jet (K, n)."""
        t = Jet.variable(r)
        end = np.exp(-self.decay)
        x = ((t * (-self.decay / cutoff)).exp() - end) * (2.0 / np.expm1(-self.decay)) + 1.0
        w = fall(t, 0.0, cutoff)
        if self.dcut > 0:
            w = where(r > cutoff - self.dcut, w * fall(t, cutoff - self.dcut, cutoff), w)
        return stack([w, *((1.0 - c) * w * 0.5 for c in chebyshev(x, max(n - 1, 1))[1:n])])


@dataclass(frozen=True)
class ChebPow:
    """``power`` is lambda: slope vanishes at the cutoff above 1, curvature above 2."""

    power: float = 3.0
    kind: ClassVar[str] = "cheb_pow"

    def __post_init__(self) -> None:
        check(self.power > 0, f"cheb_pow: power must be above 0, got {self}")

    def primitives(self, r: Array, cutoff: float, n: int) -> Jet:
        """g_1 to g_n and derivatives at distances ``r`` (K,) up to the cutoff: jet (K, n)."""
        y = 1.0 - Jet.variable(r) * (1 / cutoff)
        y = Jet(np.maximum(y.value, 0.0), y.first, y.second)
        with np.errstate(divide="ignore", invalid="ignore"):
            x = finite(y**self.power) * -2.0 + 1.0
        return stack([(1.0 - c) * 0.5 for c in chebyshev(x, n)[1 : n + 1]])


@dataclass(frozen=True)
class ChebLinear:
    """Most of these jump at the cutoff: for reading files alone; no parameters."""

    kind: ClassVar[str] = "cheb_linear"

    def primitives(self, r: Array, cutoff: float, n: int) -> Jet:
        """g_1 to g_n and derivatives at distances ``r`` (K,) up to the cutoff: jet (K, n)."""
        x = 1.0 - Jet.variable(r) * (1 / cutoff)
        return stack([(1.0 - c) * 0.5 for c in chebyshev(x, n)[1 : n + 1]])


@dataclass(frozen=True)
class SBessel:
    """Simplified spherical Bessel functions; no parameters."""

    kind: ClassVar[str] = "sbessel"

    def primitives(self, r: Array, cutoff: float, n: int) -> Jet:
        """g_1 to g_n and derivatives at distances ``r`` (K,) up to the cutoff: jet (K, n)."""
        t = Jet.variable(r) * (1 / cutoff)
        g, d = [self._sine(t, 0, cutoff)], 1.0
        for k in range(1, n):
            e = k**2 * (k + 2) ** 2 / (4 * (k + 1) ** 4 + 1)
            mixed = self._sine(t, k, cutoff) + g[-1] * np.sqrt(e / d)
            d = 1 - e / d
            g.append(mixed * d**-0.5)
        return stack(g)

    @staticmethod
    def _sine(t: Jet, k: int, cutoff: float) -> Jet:
        a, b = k + 1, k + 2
        scale = float((-1) ** k * np.sqrt(2) * np.pi * cutoff**-1.5 * a * b / np.hypot(a, b))
        return ((t * float(a)).sinc() + (t * float(b)).sinc()) * scale


@dataclass(frozen=True)
class AgnesiJacobi:
    """Agnesi's distance transform, steepest at ``r0`` Å, and orthonormal Jacobi polynomials.

    ``p``, ``q`` are the transform's powers, ``p1``, ``p2`` the envelope's at r = 0 and the cutoff.
    """

    r0: float
    p: float = 2.0
    q: float = 4.0
    p1: int = 2
    p2: int = 2
    kind: ClassVar[str] = "agnesi_jacobi"

    def __post_init__(self) -> None:
        check(self.r0 > 0, f"agnesi_jacobi: r0 must be above 0, got {self.r0}")
        check(1 <= self.p <= self.q, f"agnesi_jacobi: expected 1 <= p <= q, got {self}")
        check(min(self.p1, self.p2 - 1) >= 0, f"agnesi_jacobi: expected p1 >= 0, p2 >= 1: {self}")

    def primitives(self, r: Array, cutoff: float, n: int) -> Jet:
        """g_1 to g_n and derivatives at distances ``r`` (K,) up to the cutoff: jet (K, n)."""
        end = float(self._transform(Jet.variable(np.array([cutoff]))).value[0])
        check(end != 1.0, f"agnesi_jacobi: the transform is the same everywhere, by {self}")
        y = self._transform(Jet.variable(r))
        x = (y - 1.0) * (2.0 / (end - 1.0)) - 1.0
        x = Jet(np.clip(x.value, -1.0, 1.0), x.first, x.second)
        envelope = (x + 1.0) ** float(self.p1) * (1.0 - x) ** float(self.p2)
        return stack([envelope * j for j in jacobi(x, n, 2 * self.p2, 2 * self.p1)])

    def _transform(self, r: Jet) -> Jet:
        p, q, s = self.p, self.q, r * (1 / self.r0)
        a = (-2 * q + p * (4 * q - 2)) / (p + p**2 + q + q**2)
        return (s**q / (s ** (q - p) + 1.0) * a + 1.0) ** -1.0


def jacobi(x: Jet, n: int, alpha: int, beta: int) -> list[Jet]:
    r"""The first n polynomials orthonormal for :math:`(1-x)^\alpha (1+x)^\beta` on [-1, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(n + (alpha + beta) // 2 + 1)
    weights = weights * (1 - nodes) ** alpha * (1 + nodes) ** beta
    found, here = list[Jet](), list[Array]()
    for k in range(n):
        # Stieltjes: x times the last one, less its parts along the last two.
        values = nodes * here[-1] if k else np.ones_like(nodes)
        parts = [float(weights @ (values * h)) for h in here[-2:]]
        values = values - sum(c * h for c, h in zip(parts, here[-2:], strict=True))
        norm = float(np.sqrt(weights @ values**2))
        jet = x * found[-1] if k else x * 0.0 + 1.0
        for c, f in zip(parts, found[-2:], strict=True):
            jet = jet - f * c
        here.append(values / norm)
        found.append(jet * (1 / norm))
    return found


Primitives = ChebExpCos | ChebPow | ChebLinear | SBessel | AgnesiJacobi
