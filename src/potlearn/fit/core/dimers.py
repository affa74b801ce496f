"""Two atoms alone: whether a potential keeps them apart below the data's shortest distances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from potlearn.fit.core.shortest import Pair
from potlearn.potentials.base import Potential
from potlearn.typing import Array

DEEPEST = 50.0
"""Dimers are looked at down to the cutoff over this."""


@dataclass(frozen=True)
class DimerCheck:
    """One pair of atoms below the shortest distance that the data hold.

    Attributes
    ----------
    pair : (str, str)
    shortest : float
        Where the check begins, in Å.
    softest : float
        Smallest repulsive force on the way in, in eV/Å; negative is attraction.
    at : float
        Distance of the softest point, in Å.
    """

    pair: Pair
    shortest: float
    softest: float
    at: float

    @property
    def repulsive(self) -> bool:
        """Whether the dimer repels at every distance below the shortest."""
        return self.softest > 0


def check_dimers(
    potential: Potential, shortest: Mapping[Pair, float], n_points: int = 400
) -> tuple[DimerCheck, ...]:
    """Force between two atoms of every pair, from cutoff / 50 to the shortest distance."""
    checks = []
    for pair, end in shortest.items():
        r = dimer_distances(potential.cutoff, end, n_points)
        force = potential.predict(dimers(pair, r, potential.cutoff)).forces[1::2, 2]
        k = int(np.argmin(force))
        checks.append(DimerCheck(pair, end, float(force[k]), float(r[k])))
    return tuple(checks)


def dimer_distances(cutoff: float, shortest: float, n: int) -> Array:
    """Distances from a fiftieth of the cutoff to the shortest one, in geometric progression."""
    return np.geomspace(cutoff / DEEPEST, shortest, n)


def dimers(pair: Pair, distances: Array, cutoff: float) -> Any:
    """One ``ase.Atoms`` of dimers along z that do not see each other; atoms 2k and 2k+1 are one."""
    from ase import Atoms

    n = len(distances)
    positions = np.zeros((2 * n, 3))
    positions[:, 0] = np.repeat(np.arange(n) * 2 * cutoff, 2)
    positions[1::2, 2] = distances
    return Atoms(list(pair) * n, positions=positions)
