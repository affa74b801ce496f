r"""Radial functions of nonlinear ACE potentials, with two derivatives.

With :math:`T_k` the Chebyshev polynomials, :math:`r_c` the cutoff and :math:`\lambda` the first of
the parameters, for :math:`r < r_c`:

.. math::

    \text{ChebExpCos:} \quad & g_1 = w, \quad g_k = w \tfrac12 (1 - T_{k-1}(x)), \quad
        w = \tfrac12 (1 + \cos \pi r / r_c), \quad
        x = 1 - 2 \frac{e^{-\lambda r / r_c} - e^{-\lambda}}{1 - e^{-\lambda}} \\
    \text{ChebPow:} \quad & g_k = \tfrac12 (1 - T_k(x)), \quad x = 1 - 2 (1 - r / r_c)^\lambda \\
    \text{ChebLinear:} \quad & g_k = \tfrac12 (1 - T_k(1 - r / r_c)) \\
    \text{SBessel:} \quad & \text{orthonormal combinations of }
        \operatorname{sinc}((n + 1) r / r_c) + \operatorname{sinc}((n + 2) r / r_c)

ChebExpCos is switched off once more by a cosine over the last ``dcut``.  Lysogorskiy et al., npj
Comput. Mater. 7, 97 (2021); Kocer, Mason & Erturk, AIP Adv. 10, 015021 (2020).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..engine import Jet
from .pace_data import Array, Bond, PolynomialBond

Condition: TypeAlias = NDArray[np.bool_]
ZERO_BELOW = 1.0
"""Å below which functions vanish in the mode ``zbl`` without a width: so have it the evaluators."""


def primitives(bond: Bond, count: int, mode: str, r: Array) -> list[Jet]:
    r""":math:`g_1 \dots g_K` at distances up to the cutoff, inner cutoff included."""
    with np.errstate(divide="ignore", invalid="ignore"):
        functions = _KINDS[bond.radbasename](bond, count, Jet.variable(r))
    if mode == "distance":
        gate = 1.0 - smooth_step(Jet.variable(r), bond.rcut_in, bond.dcut_in)
        functions = [f * gate for f in functions]
    no_width = mode == "zbl" and bond.dcut_in == 0
    edge = ZERO_BELOW if no_width else -np.inf if mode == "zbl" else bond.rcut_in - bond.dcut_in
    inside = r <= edge
    return [where(~inside, finite(f), 0.0) for f in functions]


def polynomials(bond: PolynomialBond, r: Array) -> list[Jet]:
    r""":math:`P_1 \dots P_n` of ACE.jl."""
    x = ((1.0 + Jet.variable(r)) * (1 / (1 + bond.r0))) ** -bond.p
    with np.errstate(divide="ignore", invalid="ignore"):
        f = _power(x - bond.xl, bond.pl) * _power(x - bond.xr, bond.pr)
    outside = ((x.value < bond.xl) & (bond.pl > 0)) | ((x.value > bond.xr) & (bond.pr > 0))
    a, b, c = bond.recursion
    found = [a[0] * where(~outside, finite(f), 0.0)]
    found.append((a[1] * x + b[1]) * found[0])
    for n in range(2, bond.nradmax):
        found.append((a[n] * x + b[n]) * found[n - 1] + c[n] * found[n - 2])
    return found


def _power(x: Jet, power: float) -> Jet:
    return x**power if power else x * 0.0 + 1.0


def _cheb_exp_cos(bond: Bond, count: int, r: Jet) -> list[Jet]:
    decay, rc = bond.radparameters[0], bond.rcut
    x = (r * (-decay / rc)).exp() - np.exp(-decay)
    t = chebyshev(1.0 - x * (2 / -np.expm1(-decay)), count)
    w = fall(r, 0.0, rc)
    if bond.dcut > 0:
        w = where(r.value > rc - bond.dcut, w * fall(r, rc - bond.dcut, rc), w)
    return [w, *(w * (0.5 - 0.5 * t[k]) for k in range(1, count))]


def _cheb_pow(bond: Bond, count: int, r: Jet) -> list[Jet]:
    rest = 1.0 - r * (1 / bond.rcut)
    rest = Jet(np.maximum(rest.value, 0.0), rest.first, rest.second)
    t = chebyshev(1.0 - 2.0 * finite(rest ** bond.radparameters[0]), count + 1)
    return [0.5 - 0.5 * t[k] for k in range(1, count + 1)]


def _cheb_linear(bond: Bond, count: int, r: Jet) -> list[Jet]:
    t = chebyshev(1.0 - r * (1 / bond.rcut), count + 1)
    return [0.5 - 0.5 * t[k] for k in range(1, count + 1)]


def _s_bessel(bond: Bond, count: int, r: Jet) -> list[Jet]:
    found: list[Jet] = []
    d = 1.0
    for n in range(count):
        a, b = n + 1, n + 2
        norm = (-1) ** n * np.sqrt(2) * np.pi * bond.rcut**-1.5 * a * b / np.hypot(a, b)
        f = norm * ((r * (a / bond.rcut)).sinc() + (r * (b / bond.rcut)).sinc())
        if n:
            e = n**2 * (n + 2) ** 2 / (4 * (n + 1) ** 4 + 1)
            f, d = f + np.sqrt(e / d) * found[-1], 1 - e / d
        found.append(f * (1 / np.sqrt(d)))
    return found


_KINDS: dict[str, Callable[[Bond, int, Jet], list[Jet]]] = {
    "ChebExpCos": _cheb_exp_cos,
    "ChebPow": _cheb_pow,
    "ChebLinear": _cheb_linear,
    "SBessel": _s_bessel,
}


# Means -----------------------------------------------------------------------------------------


def chebyshev(x: Jet, count: int) -> list[Jet]:
    """The first ``count`` Chebyshev polynomials of the first kind."""
    t = [x * 0.0 + 1.0, x]
    while len(t) < count:
        t.append(2.0 * x * t[-1] - t[-2])
    return t[:count]


def fall(r: Jet, a: float, b: float) -> Jet:
    """Half a cosine from one at ``a`` to zero at ``b``."""
    u = (r - a) * (np.pi / (b - a))
    c, s = np.cos(u.value), np.sin(u.value)
    return 0.5 + 0.5 * u.compose(c, -s, -c)


def smooth_step(r: Jet, a: float, d: float) -> Jet:
    r"""One up to :math:`a - d`, zero from ``a``, a quintic between.

    .. math:: S = \tfrac12 + \tfrac{15}{4} \left( \tfrac{x}{4} - \tfrac{x^3}{6} + \tfrac{x^5}{20}
              \right), \qquad x = 1 - 2 \left( 1 + \frac{r - a}{d} \right)
    """
    x = (
        np.clip(-1.0 - 2.0 * (r.value - a) / d, -1.0, 1.0)
        if d > 0
        else np.where(r.value < a, 1, -1)
    )
    scale = -2.0 / d if d > 0 else 0.0
    value = 0.5 + 3.75 * x * (0.25 - x**2 / 6 + x**4 / 20)
    slope, curvature = 0.9375 * (1 - x**2) ** 2, -3.75 * x * (1 - x**2)
    return r.compose(value, scale * slope, scale**2 * curvature)


def where(condition: Condition, a: Jet, b: Jet | float) -> Jet:
    """``a`` where the condition holds, else ``b``."""
    other = b if isinstance(b, Jet) else a * 0.0 + b
    return Jet(
        np.where(condition, a.value, other.value),
        np.where(condition, a.first, other.first),
        np.where(condition, a.second, other.second),
    )


def finite(f: Jet) -> Jet:
    """Zero for derivatives that do not exist, as where a root reaches zero at the cutoff."""
    first, second = (np.where(np.isfinite(d), d, 0.0) for d in (f.first, f.second))
    return Jet(np.where(np.isfinite(f.value), f.value, 0.0), first, second)


def stack(functions: Sequence[Jet]) -> Jet:
    """Functions (K,) as one jet (K, n)."""
    return Jet(
        np.stack([f.value for f in functions], -1),
        np.stack([f.first for f in functions], -1),
        np.stack([f.second for f in functions], -1),
    )
