"""Repulsive cores: what the data's shortest distances say, and a ZBL potential chosen from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..data.neighbors import neighbors as neighbor_list
from ..descriptors.protocol import species_indices
from .pair import ZBL
from .protocol import Potential

Array: TypeAlias = NDArray[np.float64]
Pair: TypeAlias = tuple[str, str]

REACH = 3.0
"""Distance in Å up to which shortest distances are looked for."""
COVALENT_FRACTION = 0.7
"""Assumed shortest distance of a pair that the data lack, in sums of covalent radii."""
INNER_FRACTION = 0.5
"""Inner radius of the switch in outer radii."""
DEEPEST = 50.0
"""Dimers are looked at down to the cutoff over this."""


def pairs_of(species: Sequence[str]) -> list[Pair]:
    """Unordered pairs of species."""
    return list(combinations_with_replacement(species, 2))


def shortest_distances(configurations: Iterable[Any], species: Sequence[str]) -> dict[Pair, float]:
    """Shortest distance of every pair of species in the data, in Å.

    A pair that never comes within 3 Å has 0.7 times the sum of its covalent radii, or 3 Å if that
    is less.
    """
    n = len(species)
    table = np.full((n, n), np.inf)
    for atoms in configurations:
        list_ = neighbor_list(atoms, REACH)
        index = species_indices(atoms, species)
        r = np.linalg.norm(list_.vectors(atoms.positions), axis=1)
        np.minimum.at(table, (index[list_.i], index[list_.j]), r)
    table = np.minimum(table, table.T)
    return {
        (species[a], species[b]): float(table[a, b])
        if np.isfinite(table[a, b])
        else min(REACH, COVALENT_FRACTION * _covalent(species[a], species[b]))
        for a, b in combinations_with_replacement(range(n), 2)
    }


def _covalent(a: str, b: str) -> float:
    from ase.data import atomic_numbers, covalent_radii

    return float(covalent_radii[atomic_numbers[a]] + covalent_radii[atomic_numbers[b]])


def default_zbl(
    shortest: Mapping[Pair, float],
    species: Sequence[str],
    inner: float | None = None,
    outer: float | None = None,
) -> ZBL:
    """ZBL that has vanished at the shortest distance of all pairs: it leaves the data alone.

    LAMMPS has one inner and one outer radius for all pairs.  Absent radii are the shortest distance
    and half of the outer radius.
    """
    outer = outer or max(min(shortest.values()), 2 * inner if inner else 0.0)
    return ZBL(tuple(species), inner or INNER_FRACTION * outer, outer)


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
