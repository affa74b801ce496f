r"""Core repulsion of nonlinear ACE potentials: a function of distance that every pair adds twice.

.. math::

    \text{density, distance:} \quad & c = |A| \frac{e^{-|\lambda| r^2}}{r}
        \tfrac12 (1 + \cos \pi r / r_c), \quad \text{zero from } |\lambda| r^2 = 50 \\
    \text{zbl:} \quad & c = \tfrac12 A \frac{e^2}{4 \pi \epsilon_0} Z_a Z_b
        \big( \phi(r / s) / r + S(r) \big) \, s(r; r_c, d), \quad \text{see } ZBL

``distance`` multiplies by the inner step :math:`s(r; r_\mathrm{in}, d_\mathrm{in})`.
"""

from __future__ import annotations

import numpy as np

from potlearn.descriptors.ace.primitives import fall, finite, smooth_step, where
from potlearn.engine import Jet
from potlearn.potentials.pace.data import Bond, Pair, PolynomialPair
from potlearn.potentials.pace.radial import polynomials
from potlearn.typing import Array

COULOMB = 14.399645351950543
"""e²/(4πε₀) in eV Å, the value in these potentials."""
_SMALLEST = 50.0
_SCREEN = ((0.18175, 3.19980), (0.50986, 0.94229), (0.28022, 0.40290), (0.02817, 0.20162))


def core(bond: Bond, mode: str, charges: tuple[int, int], r: Array) -> Jet:
    """:math:`c` (eV) at distances up to the cutoff."""
    x = Jet.variable(r)
    if mode == "zbl":
        return _zbl(bond, charges, x)
    rate = abs(bond.lambdahc)
    c = abs(bond.prehc) * (x * x * -rate).exp() / x * fall(x, 0.0, bond.rcut)
    if mode == "distance":
        c = c * smooth_step(x, bond.rcut_in, bond.dcut_in)
    return where(rate * r**2 < _SMALLEST, c, 0.0)


def _zbl(bond: Bond, charges: tuple[int, int], r: Jet) -> Jet:
    outer, width = bond.rcut, bond.dcut
    if width <= 0 or bond.prehc == 0:
        return r * 0.0
    end = _screened(Jet.variable(np.array([outer])), charges)
    e, e1, e2 = (float(d[0]) for d in (end.value, end.first, end.second))
    a, b = (-3 * e1 + width * e2) / width**2, (2 * e1 - width * e2) / width**3
    shift = -e + width * e1 / 2 - width**2 * e2 / 12
    t = where(r.value > outer - width, r - (outer - width), 0.0)
    switched = _screened(r, charges) + (shift + t * t * t * (a / 3) + t * t * t * t * (b / 4))
    scale = bond.prehc * COULOMB / 2 * charges[0] * charges[1]
    return switched * smooth_step(r, outer, width) * scale


def _screened(r: Jet, charges: tuple[int, int]) -> Jet:
    """Screening function over r, 1/Å."""
    rate: float = sum(float(z) ** 0.23 for z in charges) / 0.46850
    terms = [c * (r * (-k * rate)).exp() for c, k in _SCREEN]
    return (terms[0] + terms[1] + terms[2] + terms[3]) / r


def polynomial_core(potential: PolynomialPair, pair: Pair, r: Array) -> Jet:
    """Half the pair potential of ACE.jl."""
    terms = zip(potential.coefficients[pair], polynomials(potential.basis, r), strict=True)
    outside = Jet.variable(r) * 0.0
    for c, p in terms:
        outside = outside + 0.5 * float(c) * p
    if not potential.inner:
        return outside
    ri, e0, a, b = (float(v) for v in potential.inner[pair])
    x = Jet.variable(r)
    inside = 0.5 * e0 + 0.5 * b * ri * ((x * (1 / ri) - 1.0) * -a).exp() / x
    return where(r > ri, outside, finite(inside))
