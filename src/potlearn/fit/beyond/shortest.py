"""What the shortest distances of the data say of a core, and a ZBL potential chosen from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations_with_replacement
from typing import Any

import numpy as np

from potlearn.potentials.pair import ZBL
from potlearn.structure.bonds import Nearest, Pair, covalent_length, sight
from potlearn.typing import Array

REACH = 3.0
"""Distance in Å up to which a shortest distance of the data is that of atoms that touch."""
SEEN_FRACTION = 0.8
"""Assumed shortest distance of a pair that the data hold farther apart, in its distance there."""
COVALENT_FRACTION = 0.7
"""The same of a pair that the data lack, in sums of covalent radii."""
INNER_FRACTION = 0.5
"""Inner radius of the switch in outer radii."""


def pairs_of(species: Sequence[str]) -> list[Pair]:
    """Unordered pairs of species."""
    return list(combinations_with_replacement(species, 2))


def shortest_distances(configurations: Iterable[Any], species: Sequence[str]) -> dict[Pair, float]:
    """Shortest distance of every pair of species in the data, in Å.

    A pair that never comes within 3 Å has 0.8 of its shortest distance (large atoms, such as those
    of caesium or solid argon; ions of equal charge), one that never meets 0.7 times the sum of its
    covalent radii; both at most 3 Å.
    """
    return assumed(three_shortest(configurations, species)[0], species)


def three_shortest(configurations: Iterable[Any], species: Sequence[str]) -> Array:
    """The three smallest of the configurations' shortest distances of each pair, (3, S, S).

    Infinite where so many configurations do not have the pair in sight.
    """
    n, far = len(species), sight(species)
    smallest = np.full((3, n, n), np.inf)
    for atoms in configurations:
        smallest = with_shortest(smallest, Nearest.of(atoms, species, far))
    return smallest


def with_shortest(smallest: Array, here: Nearest) -> Array:
    """The three smallest (3, S, S) with one configuration more."""
    shortest = np.full(smallest.shape[1:], np.inf)
    np.minimum.at(shortest, here.species, here.distances)
    shortest = np.minimum(shortest, shortest.T)
    found: Array = np.sort(np.concatenate([smallest, shortest[None]]), axis=0)[:3]
    return found


def assumed(seen: Array, species: Sequence[str]) -> dict[Pair, float]:
    """Shortest distance of every pair from those seen (S, S), as :func:`shortest_distances`."""
    return {
        (species[a], species[b]): _assumed(float(seen[a, b]), species[a], species[b])
        for a, b in combinations_with_replacement(range(len(species)), 2)
    }


def _assumed(seen: float, a: str, b: str) -> float:
    """Shortest distance of a pair from the one seen, which is infinite if there is none."""
    if seen < REACH:
        return seen
    if seen < np.inf:
        return min(REACH, SEEN_FRACTION * seen)
    return min(REACH, COVALENT_FRACTION * covalent_length(a, b))


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
