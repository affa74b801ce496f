r"""Real spherical harmonics and the invariants of two and three directions that they span.

:math:`Y_{lm}` are real, without Condon-Shortley phase, times :math:`\sqrt{4\pi}`, so that
:math:`\sum_m Y_{lm}(u) Y_{lm}(u') = (2l+1) P_l(u \cdot u')`; index of ``(l, m)``: ``l² + l + m``.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import factorial, sqrt

import numpy as np
from numpy.typing import NDArray

from potlearn.typing import Array


def real_harmonics(degree: int, u: Array) -> Array:
    """Harmonics up to ``degree`` at unit vectors ``u`` (P, 3): (P, (degree + 1)²)."""
    x, y, z = np.asarray(u, float).T
    legendre = _legendre(degree, z)
    out = np.empty((len(z), (degree + 1) ** 2))
    power = np.ones(len(z), complex)
    for m in range(degree + 1):
        for l in range(m, degree + 1):
            factor = legendre[l][m] * (np.sqrt(2) if m else 1.0)
            out[:, l * l + l + m] = factor * power.real
            if m:
                out[:, l * l + l - m] = factor * power.imag
        power = power * (x + 1j * y)
    return out


def _legendre(degree: int, z: Array) -> list[list[Array]]:
    p: list[list[Array]] = [[np.ones_like(z)]]
    for l in range(1, degree + 1):
        row = []
        for m in range(l - 1):
            a = np.sqrt((4 * l * l - 1) / (l * l - m * m))
            b = np.sqrt(((l - 1) ** 2 - m * m) / (4 * (l - 1) ** 2 - 1))
            row.append(a * (z * p[l - 1][m] - b * p[l - 2][m]))
        row.append(np.sqrt(2 * l + 1) * z * p[l - 1][l - 1])
        row.append(np.sqrt(1 + 0.5 / l) * p[l - 1][l - 1])
        p.append(row)
    return p


@cache
def sphere_grid(degree: int) -> tuple[Array, Array]:
    """Directions and weights (sum 1) that integrate polynomials of ``degree`` exactly."""
    z, wz = np.polynomial.legendre.leggauss(degree // 2 + 1)
    phi = 2 * np.pi * np.arange(degree + 1) / (degree + 1)
    s = np.sqrt(1 - z**2)[:, None]
    u = np.stack([s * np.cos(phi), s * np.sin(phi), np.repeat(z[:, None], len(phi), 1)], -1)
    return u.reshape(-1, 3), np.repeat(wz / 2 / len(phi), len(phi))


@cache
def coupling(l1: int, l2: int, l3: int) -> Array:
    r"""Invariant tensor of three degrees, :math:`\langle Y_{l_1m_1} Y_{l_2m_2} Y_{l_3m_3} \rangle`.

    The mean is over the sphere.  Non-zero for triangles of even sum, where it is proportional to
    the real 3j symbols; shape (2 l1 + 1, 2 l2 + 1, 2 l3 + 1).
    """
    u, w = sphere_grid(l1 + l2 + l3)
    y1, y2, y3 = (real_harmonics(k, u)[:, k * k : (k + 1) ** 2] for k in (l1, l2, l3))
    tensor: Array = np.einsum("p,pa,pb,pc->abc", w, y1, y2, y3)
    tensor[np.abs(tensor) < 1e-13] = 0.0
    return tensor


@cache
def to_complex(l: int) -> NDArray[np.complex128]:
    r"""Unitary ``Q`` (2l + 1, 2l + 1) with :math:`Y_{l\mu} = \sum_m Q_{\mu m} Y^c_{lm}`.

    :math:`Y^c` are complex, with Condon-Shortley phase, times :math:`\sqrt{4\pi}`; both indices
    count from ``-l``.
    """
    q = np.zeros((2 * l + 1, 2 * l + 1), complex)
    q[l, l] = 1.0
    for m in range(1, l + 1):
        sign = (-1) ** m / np.sqrt(2)
        q[l + m, [l + m, l - m]] = sign, np.sqrt(0.5)
        q[l - m, [l + m, l - m]] = -1j * sign, 1j * np.sqrt(0.5)
    return q


@cache
def invariant_tensor(l1: int, l2: int, l3: int) -> Array:
    r"""The invariant of three multiplets, :math:`\sum W_{abc} Y_{l_1 a} Y_{l_2 b} Y_{l_3 c}`.

    Wigner's 3j symbols on real harmonics, also where ``l1 + l2 + l3`` is odd (a pseudoscalar):
    norm one, first entry positive; shape (2 l1 + 1, 2 l2 + 1, 2 l3 + 1).  Where the sum is even it
    is :func:`coupling`, normalised.
    """
    symbols = np.zeros((2 * l1 + 1, 2 * l2 + 1, 2 * l3 + 1))
    for m1 in range(-l1, l1 + 1):
        for m2 in range(max(-l2, -l3 - m1), min(l2, l3 - m1) + 1):
            symbols[l1 + m1, l2 + m2, l3 - m1 - m2] = three_j(l1, l2, l3, m1, m2)
    bases = [to_complex(l).conj() for l in (l1, l2, l3)]
    tensor = np.einsum("abc,ia,jb,kc->ijk", symbols, *bases)
    real: Array = tensor.imag if (l1 + l2 + l3) % 2 else tensor.real
    real = np.where(np.abs(real) < 1e-13, 0.0, real)
    signed: Array = real / np.linalg.norm(real) * np.sign(real[np.nonzero(real)][0])
    return signed


def three_j(l1: int, l2: int, l3: int, m1: int, m2: int) -> float:
    """Wigner's 3j symbol but for its sign (-1)^(l1-l2-m3) (Racah's sum, exact until the root)."""
    m3 = -m1 - m2
    square = Fraction(factorial(l1 + l2 - l3) * factorial(l1 - l2 + l3) * factorial(l2 + l3 - l1))
    square /= factorial(l1 + l2 + l3 + 1)
    for l, m in ((l1, m1), (l2, m2), (l3, m3)):
        square *= factorial(l + m) * factorial(l - m)
    total = Fraction(0)
    for k in range(max(0, l2 - l3 - m1, l1 - l3 + m2), min(l1 + l2 - l3, l1 - m1, l2 + m2) + 1):
        below = factorial(k) * factorial(l1 + l2 - l3 - k) * factorial(l1 - m1 - k)
        below *= factorial(l2 + m2 - k) * factorial(l3 - l2 + m1 + k)
        total += Fraction((-1) ** k, below * factorial(l3 - l1 - m2 + k))
    return float(total) * sqrt(square) * (-1.0) ** m3
