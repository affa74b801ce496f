"""How hot: a guess of the melting point."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from potlearn.typing import Atoms

MOLECULES = (500.0, 1000.0)
USUAL = 1000.0
TIMES_MELTING = 2.0
GAS = 273.0
"""Elements that melt below it (K) say little of the solids that they form with others."""
HOTTEST = 8000.0
MELTING = {
    "Li": 454, "Be": 1560, "B": 2349, "C": 3823, "Na": 371, "Mg": 923, "Al": 933, "Si": 1687,
    "P": 317, "S": 388, "K": 337, "Ca": 1115, "Sc": 1814, "Ti": 1941, "V": 2183, "Cr": 2180,
    "Mn": 1519, "Fe": 1811, "Co": 1768, "Ni": 1728, "Cu": 1358, "Zn": 693, "Ga": 303, "Ge": 1211,
    "As": 1090, "Se": 494, "Rb": 312, "Sr": 1050, "Y": 1799, "Zr": 2128, "Nb": 2750, "Mo": 2896,
    "Tc": 2430, "Ru": 2607, "Rh": 2237, "Pd": 1828, "Ag": 1235, "Cd": 594, "In": 430, "Sn": 505,
    "Sb": 904, "Te": 723, "I": 387, "Cs": 302, "Ba": 1000, "La": 1193, "Ce": 1068, "Pr": 1208,
    "Nd": 1297, "Pm": 1315, "Sm": 1345, "Eu": 1099, "Gd": 1585, "Tb": 1629, "Dy": 1680,
    "Ho": 1734, "Er": 1802, "Tm": 1818, "Yb": 1097, "Lu": 1925, "Hf": 2506, "Ta": 3290, "W": 3695,
    "Re": 3459, "Os": 3306, "Ir": 2719, "Pt": 2041, "Au": 1337, "Tl": 577, "Pb": 601, "Bi": 545,
    "Po": 527, "Ac": 1323, "Th": 2115, "Pa": 1841, "U": 1405, "Np": 917, "Pu": 913, "Am": 1449,
}  # fmt: skip
"""Melting points of elements that are solid at room temperature, in K (CRC Handbook)."""


def temperatures(atoms: Atoms) -> tuple[float, ...]:
    """Temperatures (K) for a configuration: 1000, and twice its melting point, roughly.

    The melting point is the mean of those of its elements, gases left out.  Molecules, which would
    only break, are kept at 1000 K or less.
    """
    if not atoms.pbc.any():
        return MOLECULES
    known = [MELTING[s] for s in atoms.get_chemical_symbols() if MELTING.get(s, 0) >= GAS]
    hot = TIMES_MELTING * float(np.mean(known)) if known else MOLECULES[-1]
    return (USUAL, min(hot, HOTTEST)) if hot > USUAL else (hot,)
