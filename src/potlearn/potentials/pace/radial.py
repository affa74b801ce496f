r"""Radial functions of nonlinear ACE potentials, with two derivatives.

The primitives are those of :mod:`~potlearn.descriptors.ace.primitives`, under the names of the
file, behind an inner cutoff; or the polynomials of ACE.jl; or the splines of ACEpotentials.jl.
Lysogorskiy et al., npj Comput. Mater. 7, 97 (2021); Kocer, Mason & Erturk, AIP Adv. 10, 015021
(2020).
"""

from __future__ import annotations

import numpy as np

from potlearn.descriptors.ace.primitives import (
    ChebExpCos,
    ChebLinear,
    ChebPow,
    Primitives,
    SBessel,
    finite,
    smooth_step,
    where,
)
from potlearn.engine import Jet
from potlearn.potentials.pace.data import Bond, PolynomialBond, SplineBond
from potlearn.typing import Array

ZERO_BELOW = 1.0
"""Å below which functions vanish in the mode ``zbl`` without a width: so have it the evaluators."""


def primitives(bond: Bond, count: int, mode: str, r: Array) -> Jet:
    r""":math:`g_1 \dots g_K` behind the inner cutoff at distances (P,): jet (P, K)."""
    found = _kind(bond).primitives(r, bond.rcut, count)
    if mode == "distance":
        step = 1.0 - smooth_step(Jet.variable(r), bond.rcut_in, bond.dcut_in)
        found = Jet(*(d[:, None] for d in (step.value, step.first, step.second))) * found
    no_width = mode == "zbl" and bond.dcut_in == 0
    edge = ZERO_BELOW if no_width else -np.inf if mode == "zbl" else bond.rcut_in - bond.dcut_in
    return where((r > edge)[:, None], found, 0.0)


def _kind(bond: Bond) -> Primitives:
    """The functions of a file's name and parameters."""
    if bond.radbasename == "ChebExpCos":
        return ChebExpCos(bond.radparameters[0], bond.dcut)
    if bond.radbasename == "ChebPow":
        return ChebPow(bond.radparameters[0])
    return SBessel() if bond.radbasename == "SBessel" else ChebLinear()


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


def splines(bond: SplineBond, r: Array) -> list[Jet]:
    """The functions of a table, as piecewise cubics."""
    from scipy.interpolate import CubicHermiteSpline

    nodes = np.linspace(0.0, bond.rcut, bond.values.shape[1])
    cubics = CubicHermiteSpline(nodes, bond.values.T, bond.slopes.T)
    derivatives = [cubics(r, order) for order in range(3)]
    return [Jet(*(d[:, n] for d in derivatives)) for n in range(bond.nradmax)]


def _power(x: Jet, power: float) -> Jet:
    return x**power if power else x * 0.0 + 1.0
