"""What the shortest distances of the data say of a core, and a ZBL potential chosen from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations_with_replacement
from typing import Any, TypeAlias

import numpy as np

from potlearn.potentials.pair import ZBL
from potlearn.structure.neighbors import neighbors as neighbor_list
from potlearn.structure.species import species_indices

Pair: TypeAlias = tuple[str, str]

REACH = 3.0
"""Distance in Å up to which shortest distances are looked for."""
COVALENT_FRACTION = 0.7
"""Assumed shortest distance of a pair that the data lack, in sums of covalent radii."""
INNER_FRACTION = 0.5
"""Inner radius of the switch in outer radii."""


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
        else min(REACH, COVALENT_FRACTION * covalent(species[a], species[b]))
        for a, b in combinations_with_replacement(range(n), 2)
    }


def covalent(a: str, b: str) -> float:
    """Sum of the covalent radii of two elements, in Å."""
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
