"""What configurations say of bonds: how long the short ones are between each pair of species."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple, TypeAlias

import numpy as np

from potlearn.structure.neighbors import neighbors
from potlearn.structure.species import species_indices
from potlearn.typing import Array, Atoms, Indices, Species

Pair: TypeAlias = tuple[str, str]

SIGHT, COVALENT_SIGHT = 4.5, 1.25
"""Distance in Å within which a nearest neighbour is bonded, or this many sums of covalent radii if
that is more: solid xenon has 4.3 Å, caesium 5.2."""
QUANTILE = 0.05
"""Part of the atoms whose nearest neighbour may be closer than the bond length: strongly
compressed cells and collisions."""
SAMPLE = 500
"""Configurations that are looked at, spread evenly over the data."""


def covalent_length(a: str, b: str) -> float:
    """Sum of the covalent radii of two elements, in Å."""
    from ase.data import atomic_numbers, covalent_radii

    return float(covalent_radii[atomic_numbers[a]] + covalent_radii[atomic_numbers[b]])


def sight(species: Sequence[str]) -> float:
    """Distance in Å within which neighbours of any of these elements are looked for."""
    return max(SIGHT, COVALENT_SIGHT * max(covalent_length(a, a) for a in species))


class Nearest(NamedTuple):
    """Index of the species of each atom, (N,), and its distances, (N, S).

    The distance in Å to the nearest neighbour of each species; infinite without a neighbour.
    """

    species: Species
    distances: Array

    @classmethod
    def of(cls, atoms: Atoms, species: Sequence[str], cutoff: float) -> Nearest:
        """Of the atoms of a configuration, up to a distance in Å."""
        list_ = neighbors(atoms, cutoff)
        index = species_indices(atoms, species)
        x, y, z = list_.vectors(atoms.positions).T
        square, kind = x * x + y * y + z * z, index.take(list_.j)
        table = np.full((len(atoms), len(species)), np.inf)
        some = np.flatnonzero(np.diff(list_.first))  # atoms with neighbours
        for k in range(len(species)):
            if (mine := kind == k).any():
                squares = square if mine.all() else np.where(mine, square, np.inf)
                table[some, k] = np.sqrt(np.minimum.reduceat(squares, list_.first[some]))
        return cls(index, table)


@dataclass(frozen=True)
class Bonds:
    r"""Bond lengths of pairs of species, and what else decides whether the data are molecules.

    Of the atoms of species a that have a neighbour of species b, the 5 % quantile of the distance
    to the nearest one; of both orders of a pair the smaller.

    Attributes
    ----------
    lengths : {(a, b): float}
        Å, for pairs in the order of the species; pairs that never meet within the cutoff are
        absent.
    periodic : bool
        Whether a configuration is periodic along any direction.
    n_atoms : int
        Atoms of all configurations, extrapolated from those that were looked at.
    """

    lengths: Mapping[Pair, float]
    periodic: bool
    n_atoms: int

    @classmethod
    def of(cls, configurations: Iterable[Atoms], species: Sequence[str], cutoff: float) -> Bonds:
        """Bonds of configurations, or of some 500 of them if there are more.

        Parameters
        ----------
        configurations : iterable of Atoms
        species : sequence of str
            Chemical symbols.
        cutoff : float
            Reach of the search, Å.

        Raises
        ------
        SpeciesError
            An element that is not among ``species``.
        """
        sample, n = _sample(configurations)
        lengths = bond_lengths((Nearest.of(atoms, species, cutoff) for atoms in sample), species)
        seen = sum(len(atoms) for atoms in sample)
        periodic = any(bool(np.any(atoms.pbc)) for atoms in sample)
        return cls(lengths, periodic, round(seen * n / max(len(sample), 1)))


def bond_lengths(seen: Iterable[Nearest], species: Sequence[str]) -> dict[Pair, float]:
    """Lengths as in :class:`Bonds`, from the nearest distances of all configurations."""
    nearest: dict[tuple[int, int], list[Array]] = {}
    for here in seen:
        for key, distances in _by_pair(here):
            nearest.setdefault(key, []).append(distances)
    lengths: dict[Pair, float] = {}
    for (a, b), found in sorted(nearest.items()):
        pair = species[min(a, b)], species[max(a, b)]
        length = float(np.quantile(np.concatenate(found), QUANTILE))
        lengths[pair] = min(length, lengths.get(pair, np.inf))
    return lengths


def sampled(n: int) -> Indices:
    """Which of n configurations are looked at for bonds, in ascending order."""
    return np.unique(np.linspace(0, n - 1, min(n, SAMPLE)).round().astype(np.int64))


def _sample(configurations: Iterable[Atoms]) -> tuple[list[Atoms], int]:
    """Some of the configurations, and the number of all."""
    whole = configurations if isinstance(configurations, Sequence) else list(configurations)
    return [whole[k] for k in sampled(len(whole)).tolist()], len(whole)


def _by_pair(here: Nearest) -> Iterator[tuple[tuple[int, int], Array]]:
    """By (centre, neighbour): distances of the atoms that have such a neighbour."""
    for a, b in product(range(here.distances.shape[1]), repeat=2):
        distances = here.distances[here.species == a, b]
        found = distances[np.isfinite(distances)]
        if len(found):
            yield (a, b), found
