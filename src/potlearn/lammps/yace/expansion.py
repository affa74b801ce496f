r"""Fitted ACE potentials as the content of ``.yace`` files.

A function :math:`B = \sum_m C(m) \prod_t A_{v_t}` with coefficient ``c`` becomes the list of
:math:`\tilde c_m = c\,C(m)`.  Radial kinds that these files know are written by name.  Others are
expanded,

.. math:: R_n(r) \approx \sum_k c_{nk}\, g_k(r), \qquad r \ge r_\mathrm{min}

in ChebExpCos functions ``g``, by least squares; below ``r_min`` the written functions vanish.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from potlearn.descriptors.ace.basis import Function
from potlearn.descriptors.ace.polynomial import folding, polynomial
from potlearn.descriptors.ace.primitives import ChebExpCos, ChebLinear, ChebPow, SBessel
from potlearn.descriptors.ace.radial import AceRadial
from potlearn.errors import ModelFileError
from potlearn.potentials import Potential
from potlearn.potentials.pace.data import Bond, ClusterFunction, Embedding
from potlearn.potentials.pace.file import YaceFile
from potlearn.typing import Array

EXPANSION = 48
"""Number K of functions of an expansion."""
DECAYS = (3.0, 4.0, 5.25, 6.5, 8.0)
"""Their parameter; the one with the smallest error is taken."""
R_MIN, R_WIDTH = 0.6, 0.1
"""An expansion holds from here, and vanishes below R_MIN - R_WIDTH, Å."""
WORST = 1e-5
"""Largest error of an expansion, as a part of the functions' largest value."""
GRID = 3000


@dataclass(frozen=True)
class Expansion:
    """Functions as sums of those of a file.

    Attributes
    ----------
    radial : AceRadial
        The file's functions.
    coefficients : (n, K)
    error : float
        Largest difference, as a part of the largest value; zero where none was needed.
    """

    radial: AceRadial
    coefficients: Array
    error: float = 0.0


def ace_file(potential: Potential) -> YaceFile:
    """A linear ACE potential as the content of a ``.yace`` file.

    Raises
    ------
    ModelFileError
        The potential is not of that form, has a reference potential, or its radial functions
        have no expansion within :data:`WORST`.
    """
    from potlearn.descriptors import ACE
    from potlearn.potentials.linear import LinearPotential

    if not isinstance(potential, LinearPotential) or not isinstance(potential.descriptor, ACE):
        raise ModelFileError(
            f".yace files hold ACE potentials, this one is a {_described(potential)}"
        )
    if potential.reference is not None:
        raise ModelFileError(
            "a .yace file cannot hold a reference potential; use write_lammps, which overlays it"
        )
    ace, c = potential.descriptor, potential.coefficients
    used = [k for k in range(ace.n_features) if c[:, 1 + k].any()]
    chosen = [ace.functions[k] for k in used]
    n = len(ace.moments.degrees)
    expansions = {pair: expanded(radial, n) for pair, radial in ace.radials.items()}
    functions = tuple(
        tuple(
            f
            for k, function in zip(used, chosen, strict=True)
            for f in _cluster_functions(function, float(c[mu, 1 + k]), mu, expansions)
        )
        for mu in range(len(ace.species))
    )
    return YaceFile(
        elements=ace.species,
        e0=c[:, 0].copy(),
        embeddings=(Embedding.linear(),) * len(ace.species),
        bonds={pair: _bond(e, chosen) for pair, e in expansions.items()},
        functions=functions,
    )


def expansion_error(potential: Potential | None) -> float:
    """Largest error of the written radial functions over their largest value; 0: exact."""
    from potlearn.descriptors import ACE

    descriptor = getattr(potential, "descriptor", None)
    if not isinstance(descriptor, ACE):
        return 0.0
    n = len(descriptor.moments.degrees)
    return max(expanded(radial, n).error for radial in descriptor.radials.values())


def expanded(radial: AceRadial, n: int) -> Expansion:
    """The first ``n`` radial functions in terms of a file's.

    Raises
    ------
    ModelFileError
        The expansion's error is too large.
    """
    if isinstance(radial.primitives, ChebExpCos | ChebPow | ChebLinear | SBessel):
        return Expansion(radial, np.eye(n))
    r = np.linspace(R_MIN, radial.cutoff, GRID)
    wanted = radial.functions(r, n)
    scale = np.abs(wanted.value).max()
    best = min(
        (_least_squares(radial, decay, r, wanted) for decay in DECAYS), key=lambda e: e.error
    )
    if best.error > WORST:
        raise ModelFileError(
            f"radial functions of kind {radial.primitives.kind}: {EXPANSION} ChebExpCos functions "
            f"miss them by {best.error:.1e} of {scale:.3g} at distances from {R_MIN} Å; fewer "
            "radial functions or another kind can be written"
        )
    return best


def _least_squares(radial: AceRadial, decay: float, r: Array, wanted: Any) -> Expansion:
    target = AceRadial(ChebExpCos(decay), radial.cutoff)
    g = target.functions(r, EXPANSION)
    step = radial.cutoff / EXPANSION  # weighs slopes, which are the forces, like values
    rows = np.concatenate([g.value, step * g.first])
    values = np.concatenate([wanted.value, step * wanted.first])
    solution = np.linalg.lstsq(rows, values, rcond=1e-15)[0]
    error = float(np.abs(rows @ solution - values).max() / np.abs(wanted.value).max())
    inside = replace(target, inner=R_MIN, width=R_WIDTH)
    return Expansion(inside, solution.T, error)


def _bond(expansion: Expansion, functions: list[Function]) -> Bond:
    """A pair's radial functions, as many as the functions need."""
    pairs = [c for f in functions if f.order > 1 for c in f.channels]
    n = max((c.n for c in pairs), default=1)
    l = max((c.l for c in pairs), default=0)
    c = expansion.coefficients[:n]
    radial = expansion.radial
    name, parameters, dcut = _primitives(radial)
    return Bond(
        radbasename=name,
        radparameters=parameters,
        radcoefficients=np.repeat(c[:, None, :], l + 1, axis=1),
        rcut=radial.cutoff,
        dcut=dcut,
        rcut_in=radial.inner,
        dcut_in=radial.width if radial.inner > 0 else Bond.dcut_in,
    )


def _primitives(radial: AceRadial) -> tuple[str, tuple[float, ...], float]:
    """Name, parameters and last width under which a file knows the functions."""
    p = radial.primitives
    if isinstance(p, ChebExpCos):
        return "ChebExpCos", (p.decay,), p.dcut
    if isinstance(p, ChebPow):
        return "ChebPow", (p.power,), Bond.dcut
    return ("SBessel" if isinstance(p, SBessel) else "ChebLinear"), (1.0,), Bond.dcut


def _cluster_functions(
    function: Function, c: float, mu0: int, expansions: dict[tuple[int, int], Expansion]
) -> Iterator[ClusterFunction]:
    """One function, or for order 1 one per primitive of an expansion."""
    if c == 0:
        return
    channels = function.channels
    mus, ls = tuple(ch.species for ch in channels), tuple(ch.l for ch in channels)
    if function.order == 1:
        weights = expansions[mu0, mus[0]].coefficients[channels[0].n - 1]
        for k in np.flatnonzero(weights).tolist():
            ctildes = np.array([[c * weights[k]]])
            yield ClusterFunction(mus, (k + 1,), ls, np.zeros((1, 1), np.int64), ctildes)
        return
    values = polynomial(function.pattern, function.tree)
    kept = np.flatnonzero(values)
    ms = folding(function.pattern).ms[kept]
    ns = tuple(ch.n for ch in channels)
    yield ClusterFunction(mus, ns, ls, ms, c * values[kept, None])


def _described(potential: Potential) -> str:
    descriptor = getattr(potential, "descriptor", None)
    name = type(potential).__name__
    return name if descriptor is None else f"{name} of {type(descriptor).__name__}"
