"""Supercells."""

from __future__ import annotations

import numpy as np

from potlearn.structure.lattice import heights
from potlearn.typing import Atoms


def repeats(atoms: Atoms, length: float) -> tuple[int, int, int]:
    """How often a cell must be repeated so that it is at least ``length`` thick everywhere."""
    n = np.maximum(1, np.ceil(length / heights(atoms.cell.array) - 1e-6)).astype(int)
    return int(n[0]), int(n[1]), int(n[2])


def supercell(atoms: Atoms, length: float) -> Atoms:
    """The repeated cell."""
    repeated: Atoms = atoms.repeat(repeats(atoms, length))
    return repeated
