"""Atoms as spheres that push one another apart."""

from __future__ import annotations

import numpy as np

from potlearn.structure.neighbors import neighbors
from potlearn.typing import Array, Atoms

ENOUGH = 0.02
"""Overlap at which pushing ends, in the largest of the distances."""


def push_apart(atoms: Atoms, apart: Array, steps: int = 40) -> None:
    """Move atoms until no pair is closer than its distance ``apart`` (N, N) in Å, or steps end."""
    for _ in range(steps):
        list_ = neighbors(atoms, float(apart.max()), closest=0.0)
        vectors = list_.vectors(atoms.positions)
        r = np.linalg.norm(vectors, axis=1)
        overlap = np.maximum(apart[list_.i, list_.j] - r, 0.0)
        if overlap.max(initial=0.0) < ENOUGH * apart.max():
            break
        push = -0.4 * (overlap / np.maximum(r, 1e-3))[:, None] * vectors
        np.add.at(atoms.positions, list_.i, push)
