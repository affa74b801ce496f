"""How hot: a guess of the melting point."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from potlearn.typing import Atoms

MOLECULES = (300.0, 600.0, 1000.0)
USUAL = (300.0, 1000.0)
TIMES_MELTING = 2.0
GAS = 273.0
"""Elements that melt below it (K) say little of the solids that they form with others."""
HOTTEST = 8000.0
MELTING = dict(
    zip(
        (
            "Li Be B C Na Mg Al Si P S K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Rb Sr Y Zr Nb "
            "Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu "
            "Hf Ta W Re Os Ir Pt Au Tl Pb Bi Po Ac Th Pa U Np Pu Am"
        ).split(),
        (454, 1560, 2349, 3823, 371, 923, 933, 1687, 317, 388, 337, 1115, 1814, 1941, 2183, 2180,
         1519, 1811, 1768, 1728, 1358, 693, 303, 1211, 1090, 494, 312, 1050, 1799, 2128, 2750,
         2896, 2430, 2607, 2237, 1828, 1235, 594, 430, 505, 904, 723, 387, 302, 1000, 1193, 1068,
         1208, 1297, 1315, 1345, 1099, 1585, 1629, 1680, 1734, 1802, 1818, 1097, 1925, 2506, 3290,
         3695, 3459, 3306, 2719, 2041, 1337, 577, 601, 545, 527, 1323, 2115, 1841, 1405, 917, 913,
         1449),
        strict=True,
    )
)  # fmt: skip
"""Melting points of elements that are solid at room temperature, in K (CRC Handbook)."""


def temperatures(atoms: Atoms) -> tuple[float, ...]:
    """Temperatures (K) for a configuration: 300, 1000, and twice its melting point, roughly.

    The melting point is the mean of those of its elements, gases left out.  Molecules, which would
    only break, are kept at 1000 K or less.
    """
    if not atoms.pbc.any():
        return MOLECULES
    known = [MELTING[s] for s in atoms.get_chemical_symbols() if MELTING.get(s, 0) >= GAS]
    hot = TIMES_MELTING * float(np.mean(known)) if known else MOLECULES[-1]
    return (*(t for t in USUAL if t < hot), min(hot, HOTTEST))
