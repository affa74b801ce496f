"""Systems of every kind: bulk, thin cell, slab, molecule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np


def configurations(species: Sequence[str], seed: int = 0) -> dict[str, Any]:
    """Systems of the given species near their covalent spacing: bulk, thin cell, slab, molecule."""
    from ase import Atoms

    rng = np.random.default_rng(seed)
    spacing = _spacing(species)
    grid = np.stack(np.meshgrid(*[np.arange(2)] * 3), -1).reshape(-1, 3)
    positions = spacing * (grid + rng.uniform(-0.08, 0.08, (8, 3)))
    symbols = [species[k % len(species)] for k in rng.permutation(8)]
    cell = 2 * spacing * (np.eye(3) + rng.uniform(-0.08, 0.08, (3, 3)))
    thin = spacing * np.diag([1.0, 1.1, 2.2]) + rng.uniform(-0.1, 0.1, (3, 3))
    middle = spacing * np.array([[0.0, 0.0, 0.0], [0.1, 0.15, 1.1]])
    tall = np.diag([2 * spacing, 2 * spacing, 30.0])
    return {
        "bulk": Atoms(symbols, positions=positions, cell=cell, pbc=True),
        "thin": Atoms(symbols[:2], positions=middle, cell=thin, pbc=True),
        "slab": Atoms(symbols, positions=positions, cell=tall, pbc=(True, True, False)),
        "molecule": Atoms(symbols[:6], positions=positions[:6]),
    }


def _spacing(species: Sequence[str]) -> float:
    from ase.data import atomic_numbers, covalent_radii

    return 2.1 * max(float(covalent_radii[atomic_numbers[s]]) for s in species)
