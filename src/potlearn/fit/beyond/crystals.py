"""Simple crystals of elements, pairs and triples, with cells of any size.

Their places are written down here: ``ase.build`` takes as long to load as half of a small fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from potlearn.typing import Array, Atoms

FCC = 0.5 * (np.ones((3, 3)) - np.eye(3))
BCC = 0.5 * (np.ones((3, 3)) - 2 * np.eye(3))
SC = np.eye(3)
HCP = np.array([[1.0, 0, 0], [-0.5, np.sqrt(0.75), 0], [0, 0, 1.633]])
ORIGIN, QUARTER, HALF = (0.0,) * 3, (0.25,) * 3, (0.5,) * 3

UNARY = {
    "fcc": (FCC, [ORIGIN]),
    "bcc": (BCC, [ORIGIN]),
    "hcp": (HCP, [ORIGIN, (1 / 3, 2 / 3, 0.5)]),
    "sc": (SC, [ORIGIN]),
    "diamond": (FCC, [ORIGIN, QUARTER]),
}
BINARY = {"B1": (FCC, [ORIGIN, HALF]), "B2": (SC, [ORIGIN, HALF]), "B3": (FCC, [ORIGIN, QUARTER])}


def crystals(species: Sequence[str]) -> Iterator[tuple[str, Atoms]]:
    """Names and primitive cells (``ase.Atoms`` of any size) of simple crystals.

    Of one element fcc, bcc, hcp, sc and diamond; of two B1, B2 and B3; of three the half-Heusler
    structure C1b, whose three places every triple fills in three ways.
    """
    for a in species:
        for structure, (cell, places) in UNARY.items():
            yield f"{a} {structure}", _crystal([a] * len(places), cell, places)
    for a, b in combinations(species, 2):
        for structure, (cell, places) in BINARY.items():
            yield f"{a}{b} {structure}", _crystal([a, b], cell, places)
    for triple in combinations(species, 3):
        for k in range(3):
            symbols = [triple[k - 2], triple[k - 1], triple[k]]
            yield f"{''.join(symbols)} C1b", _crystal(symbols, FCC, [ORIGIN, QUARTER, HALF])


def _crystal(symbols: Sequence[str], cell: Array, places: Sequence[Sequence[float]]) -> Atoms:
    from ase import Atoms

    return Atoms(symbols, cell=cell, scaled_positions=places, pbc=True)
