r"""Real spherical harmonics as polynomials of the unit vector, by recursion.

.. math::
    Y_{l,\pm m} &= P_{lm}(z)\, \{\mathrm{Re}, \mathrm{Im}\}\, \sqrt{2} (x + i y)^m \\
    P_{ll} &= \sqrt{1 + 1/2l}\; P_{l-1,l-1}, \qquad P_{l,l-1} = \sqrt{2l+1}\; z\, P_{l-1,l-1} \\
    P_{lm} &= a_{lm} (z P_{l-1,m} - b_{lm} P_{l-2,m})

Those of :mod:`potlearn.engine.angular`; polynomials in x, y and z have derivatives everywhere,
also at the poles.
"""

from __future__ import annotations

from math import sqrt

import jax.numpy as jnp
from jax import Array


def harmonics(degree: int, u: Array) -> Array:
    """All degrees up to ``degree`` at unit vectors ``u`` (..., 3): ((degree + 1)², ...)."""
    x, y, z = u[..., 0], u[..., 1], u[..., 2]
    cosines, sines = _powers(degree, x, y)
    rows = []
    for l, legendre in enumerate(_legendre(degree, z)):
        rows += [legendre[m] * sines[m] for m in range(l, 0, -1)]
        rows += [legendre[0], *(legendre[m] * cosines[m] for m in range(1, l + 1))]
    return jnp.stack(rows)


def _powers(degree: int, x: Array, y: Array) -> tuple[list[Array], list[Array]]:
    """Real and imaginary parts of √2 (x + i y)^m; those of m = 0 are not used."""
    cosines, sines = [jnp.ones_like(x), sqrt(2) * x], [jnp.zeros_like(x), sqrt(2) * y]
    for _ in range(2, degree + 1):
        c, s = cosines[-1], sines[-1]
        cosines.append(x * c - y * s)
        sines.append(x * s + y * c)
    return cosines, sines


def _legendre(degree: int, z: Array) -> list[list[Array]]:
    p = [[jnp.ones_like(z)]]
    for l in range(1, degree + 1):
        below = p[l - 1]
        row = [_step(l, m, z, below[m], p[l - 2][m]) for m in range(l - 1)]
        row += [sqrt(2 * l + 1) * z * below[-1], sqrt(1 + 0.5 / l) * below[-1]]
        p.append(row)
    return p


def _step(l: int, m: int, z: Array, below: Array, two_below: Array) -> Array:
    a = sqrt((4 * l * l - 1) / (l * l - m * m))
    b = sqrt(((l - 1) ** 2 - m * m) / (4 * (l - 1) ** 2 - 1))
    return a * (z * below - b * two_below)
