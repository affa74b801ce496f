r"""Defaults of ACE: by number of species, and where there are data, by their bonds.

A basis on [0, r_c] of equal resolution, such as ``sbessel``, spends few functions on a bond that is
short beside the cutoff.  With b the bond length of a pair (:class:`~potlearn.structure.Bonds`):

* :math:`b < 0.3\, r_c`: ``agnesi_jacobi`` with its best resolution at b, no envelope at r = 0, and
  finer pair functions for every pair;
* else ``sbessel``;
* pairs that never meet in the data: b is the sum of their covalent radii.

Molecules (no periodic direction, and a short bond) have few neighbours and stiff angles: order 3
with finer functions instead of order 4.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Any

import numpy as np

from potlearn.descriptors.ace.basis import TotalDegree, functions
from potlearn.descriptors.ace.primitives import AgnesiJacobi
from potlearn.structure.bonds import Bonds, Pair, covalent_length
from potlearn.typing import Settings

ORDER = 4
DEGREES: dict[int, tuple[float, ...]] = {
    1: (14.0, 13.0, 12.0, 11.0, 9.0),
    2: (10.0, 7.5, 6.5, 6.0, 5.0),
    3: (9.0, 5.5, 4.5, 4.25, 3.5),
    4: (8.0, 4.0, 3.25, 3.0, 2.75),
    5: (6.0, 3.25, 2.6, 2.25, 2.0),
}
"""Degrees per order by number of species, for wL = 0.75; from five species on the last holds.

One species: of bases of 500 to 1300 functions, wL from 0.4 to 1.25 and orders 3 to 5, among the
least products of held-out energy and force errors on Si and Mo (Zuo et al. 2020), and half as
slow as the best.  More species: some 900 to 1300 columns of a fit.
"""
SHORT = 0.3
"""Bond length in cutoffs below which sbessel is worse.

Silicon, sbessel against agnesi_jacobi, test forces in meV/Å: 100 and 106 at 0.33, 113 and 107 at
0.27, 129 and 108 at 0.23; HfO2 279 and 281 at 0.30, 290 and 272 at 0.26; water 83 and 77 at 0.33,
70 and 41 at 0.24, 97 and 32 at 0.20, 134 and 28 at 0.16.
"""
PAIR_DEGREE = 15.0
"""Least degree of order 1 where a bond is short.

Water at 6 Å, meV/Å: 34 for 12, 30 for 16, 28 for 20, 26 for 30; .yace files hold 15 functions of
this kind to 2e-6 of their size, 20 to 3e-4.
"""
MOLECULE_ORDER = 3
COLUMNS = 2700
"""Most columns of a fit to molecules: 3BPA has 83 meV/Å with 2700, 100 with 1800."""
ROWS_PER_COLUMN = 6
"""Force components that a column of such a fit needs at least."""
MOLECULE_STEP = 1.5
"""Degree of order 2 above that of order 3."""
DEGREE_GRID = 0.25


@dataclass(frozen=True)
class Choice:
    """Settings that the data lead to, where they differ from the fixed defaults; and why."""

    settings: Settings
    reason: str = ""


def default_degrees(n_species: int, order: int) -> tuple[float, ...]:
    """Degrees without data."""
    return DEGREES[min(n_species, max(DEGREES))][:order]


def choose(
    bonds: Bonds,
    species: Sequence[str],
    settings: Mapping[str, Any],
    left_open: Collection[str],
) -> Choice:
    """Settings by the bonds of the data, of those that were left open.

    Parameters
    ----------
    bonds : Bonds
        Of the data, within the cutoff.
    species : sequence of str
        Chemical symbols.
    settings : mapping
        ``cutoff``, ``order``, ``wL`` and ``pairs`` of the descriptor.
    left_open : collection of str
        Which of ``radial``, ``degree`` and ``order`` may be chosen.
    """
    short = _short_pairs(bonds, species, settings)
    if not short:
        return Choice({})
    found: Settings = {}
    texts = []
    known = ", ".join(f"{a}-{b} {length:.2f}" for (a, b), length in short.items())
    if "radial" in left_open:
        found["pairs"], changed = _with_agnesi(settings["pairs"], short)
        texts += [f"radial functions agnesi_jacobi for {changed}"] if changed else []
    if "degree" in left_open:
        order, degree = _degrees(bonds, len(species), settings, "order" in left_open)
        found |= {"order": order, "degree": degree}
        texts.append(f"order {order} with degrees {', '.join(f'{d:g}' for d in degree)}")
    reason = (
        f"ace: bonds of the data ({known} Å) are shorter than {SHORT:g} of the cutoff: "
        f"{'; '.join(texts)}"
    )
    return Choice(found, reason) if texts else Choice({})


def _short_pairs(
    bonds: Bonds, species: Sequence[str], settings: Mapping[str, Any]
) -> dict[Pair, float]:
    """Bond lengths of pairs that are short beside their cutoff; none if no bond of the data is."""
    found: dict[Pair, float] = {}
    for a, b in combinations_with_replacement(species, 2):
        length = bonds.lengths.get((a, b), covalent_length(a, b))
        own = settings["pairs"].get(f"{a}-{b}", settings["pairs"].get(f"{b}-{a}", {}))
        if length < SHORT * own.get("cutoff", settings["cutoff"]):
            found[a, b] = length
    return found if any(pair in bonds.lengths for pair in found) else {}


def _with_agnesi(
    pairs: Mapping[str, Mapping[str, Any]], short: Mapping[Pair, float]
) -> tuple[dict[str, dict[str, Any]], str]:
    """Settings of pairs with those of the short ones, and the names of the latter."""
    made = {key: dict(own) for key, own in pairs.items()}
    changed = []
    for (a, b), length in short.items():
        for key in [k for k in (f"{a}-{b}", f"{b}-{a}") if k in pairs] or [f"{a}-{b}"]:
            own = made.get(key, {})
            if "kind" not in own:
                chosen = {"kind": AgnesiJacobi.kind, "r0": round(length, 2), "p1": 0}
                made[key] = {**chosen, **own}
                changed.append(key)
    return made, ", ".join(dict.fromkeys(changed))


def _degrees(
    bonds: Bonds, n_species: int, settings: Mapping[str, Any], any_order: bool
) -> tuple[int, tuple[float, ...]]:
    """Order, and degrees per order."""
    order = settings["order"]
    if not bonds.periodic and (any_order or order == MOLECULE_ORDER):
        return MOLECULE_ORDER, _molecule(bonds.n_atoms, n_species, settings["wL"])
    first, *others = default_degrees(n_species, order)
    return order, (max(first, PAIR_DEGREE), *others)


def _molecule(n_atoms: int, n_species: int, weight: float) -> tuple[float, ...]:
    """The largest degrees that the force components of the data support."""
    most = min(COLUMNS, 3 * n_atoms // ROWS_PER_COLUMN)
    top = default_degrees(1, MOLECULE_ORDER)[-1]
    start = default_degrees(n_species, MOLECULE_ORDER)[-1]
    chosen = start
    for last in np.arange(start, top + DEGREE_GRID, DEGREE_GRID).tolist():
        rule = TotalDegree((PAIR_DEGREE, last + MOLECULE_STEP, last), weight, n_species)
        if n_species * len(functions(rule, MOLECULE_ORDER)) > most:
            break
        chosen = last
    return (PAIR_DEGREE, chosen + MOLECULE_STEP, chosen)
