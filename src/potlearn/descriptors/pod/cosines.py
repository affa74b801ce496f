"""Powers of cosines between directions, expanded in harmonics."""

from __future__ import annotations

from functools import cache

import numpy as np

from potlearn.engine.angular import coupling, real_harmonics, sphere_grid
from potlearn.typing import Array


@cache
def cosine_power(p: int) -> Array:
    r"""Coefficients of :math:`t^p = \sum_l c_l P_l(t)`, (p + 1,)."""
    coefficients: Array = np.polynomial.legendre.poly2leg(np.eye(p + 1)[p])
    return coefficients


@cache
def cosine_products(a: int, b: int, c: int) -> dict[tuple[int, int, int], float]:
    r"""Three-direction invariants in harmonics.

    .. math:: (u_1 u_2)^a (u_1 u_3)^b (u_2 u_3)^c
              = \sum_{l_1 l_2 l_3} k_{l_1 l_2 l_3} \sum_{m_1 m_2 m_3}
                T^{l_1 l_2 l_3}_{m_1 m_2 m_3} Y_{l_1 m_1}(u_1) Y_{l_2 m_2}(u_2) Y_{l_3 m_3}(u_3)

    with ``T`` of :func:`~potlearn.engine.angular.coupling`.  By orthogonality ``k`` is the mean of
    the left side times the invariant, over the mean square of the invariant; ``u_1`` may be held
    along z, ``u_2`` in the xz plane.
    """
    degree = 2 * (a + b + c)
    z, wz = np.polynomial.legendre.leggauss(degree // 2 + 1)
    u2 = np.stack([np.sqrt(1 - z**2), np.zeros_like(z), z], -1)
    u3, w3 = sphere_grid(degree)
    polynomial = z[:, None] ** a * u3[:, 2] ** b * (u2 @ u3.T) ** c
    weight = wz[:, None] / 2 * w3
    pole = real_harmonics(a + b, np.array([[0.0, 0.0, 1.0]]))[0]
    y2, y3 = real_harmonics(a + c, u2), real_harmonics(b + c, u3)
    found = {}
    for l1, l2, l3 in _triangles(a + b, a + c, b + c):
        tensor = coupling(l1, l2, l3)
        at_pole = np.tensordot(pole[l1 * l1 : (l1 + 1) ** 2], tensor, 1)
        invariant = y2[:, l2 * l2 : (l2 + 1) ** 2] @ at_pole @ y3[:, l3 * l3 : (l3 + 1) ** 2].T
        k = float((weight * polynomial * invariant).sum() / (tensor**2).sum())
        if abs(k) > 1e-12:
            found[l1, l2, l3] = k
    return found


def _triangles(d1: int, d2: int, d3: int) -> list[tuple[int, int, int]]:
    return [
        (l1, l2, l3)
        for l1 in range(d1, -1, -2)
        for l2 in range(d2, -1, -2)
        for l3 in range(d3, -1, -2)
        if abs(l1 - l2) <= l3 <= l1 + l2
    ]
