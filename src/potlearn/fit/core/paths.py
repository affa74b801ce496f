"""Paths of pseudo configurations on which atoms come closer than the data show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from potlearn.fit.core.shortest import Pair
from potlearn.structure.neighbors import Neighbors
from potlearn.structure.neighbors import neighbors as neighbor_list
from potlearn.typing import Array, Atoms

APPROACH = np.array([1.0, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5])
CONTRACTION = np.array([1.1, 1.05, 1.0, 0.95, 0.9, 0.85, 0.8, 0.7, 0.6])
COMPRESSION = np.array([1.0, 0.95, 0.9, 0.8, 0.7])
LARGEST = 150
"""Of configurations with more atoms, so many around the pair are the environment."""
EXCERPT = 8.0
"""Reach of such an excerpt, in Å."""
SHELL = 1.45
"""A shell reaches this many times as far as its nearest atom, both in shortest distances."""


class Path(NamedTuple):
    """Configurations, and the distance (n,) in Å in each of the pair of species that is closest."""

    configurations: list[Any]
    pair: Pair
    distances: Array


def contacts(shortest: Mapping[Pair, float]) -> dict[Pair, float]:
    """Shortest distances by pairs in both orders."""
    return {**shortest, **{(b, a): r for (a, b), r in shortest.items()}}


# Pairs that approach


def approaches(
    environments: Sequence[Any], pair: Pair, shortest: float, n: int, rng: np.random.Generator
) -> Iterator[Path]:
    """Pairs of neighbours moved together along their line, in at most ``n`` environments."""
    found = 0
    for k in rng.permutation(len(environments))[: 8 * n].tolist():
        if found == n:
            return
        atoms = environments[k]
        chosen = _closest_pair(atoms, pair, 3 * shortest, rng)
        if chosen is not None:
            found += 1
            if len(atoms) > LARGEST:
                atoms, chosen = _excerpt(atoms, *chosen)
            r = shortest * APPROACH
            yield Path([_moved(atoms, *chosen, x) for x in r.tolist()], pair, r)


def _closest_pair(
    atoms: Atoms, pair: Pair, reach: float, rng: np.random.Generator
) -> tuple[int, int, Array] | None:
    """A random atom of the first species, its nearest other neighbour of the second, r_ij."""
    symbols = np.array(atoms.get_chemical_symbols())
    centres = np.flatnonzero(symbols == pair[0])
    if not len(centres):
        return None
    i = int(rng.choice(centres))
    list_ = neighbor_list(atoms, reach)
    p = _others(list_, i)
    p = p[symbols[list_.j[p]] == pair[1]]
    if not len(p):
        return None
    vectors = list_.vectors(atoms.positions)[p]
    nearest = int(np.argmin(np.linalg.norm(vectors, axis=1)))
    return i, int(list_.j[p[nearest]]), vectors[nearest]


def _others(list_: Neighbors, i: int) -> Any:
    """Pairs of centre ``i`` with other atoms than itself."""
    p = np.arange(list_.first[i], list_.first[i + 1])
    return p[list_.j[p] != i]


def _excerpt(atoms: Atoms, i: int, _: int, vector: Array) -> tuple[Any, tuple[int, int, Array]]:
    """The nearest atoms around atom ``i``, without periodicity, and the pair in them."""
    from ase import Atoms

    list_ = neighbor_list(atoms, EXCERPT)
    p = np.arange(list_.first[i], list_.first[i + 1])
    vectors = list_.vectors(atoms.positions)[p]
    order = np.argsort(np.linalg.norm(vectors, axis=1), kind="stable")[: LARGEST - 1]
    vectors, numbers = vectors[order], atoms.numbers[list_.j[p[order]]]
    partner = 1 + int(np.argmin(np.linalg.norm(vectors - vector, axis=1)))
    positions = np.concatenate([np.zeros((1, 3)), vectors])
    near = Atoms(np.concatenate([atoms.numbers[[i]], numbers]), positions=positions)
    return near, (0, partner, vector)


def _moved(atoms: Atoms, i: int, j: int, vector: Array, distance: float) -> Any:
    """Atoms ``i`` and ``j`` moved along their separation, to ``distance``."""
    moved = atoms.copy()
    step = (1 - distance / np.linalg.norm(vector)) / 2 * vector
    moved.positions[i] += step
    moved.positions[j] -= step
    return moved


# Shells that contract


def contraction(
    atoms: Atoms, shortest: Mapping[Pair, float], rng: np.random.Generator
) -> Path | None:
    """Two to six nearest neighbours of a random atom drawn towards it, all by the same factor."""
    contact = contacts(shortest)
    i = int(rng.integers(len(atoms)))
    list_ = neighbor_list(atoms, 2 * max(shortest.values()))
    p = _others(list_, i)
    if not len(p):
        return None
    symbols = atoms.get_chemical_symbols()
    vectors = list_.vectors(atoms.positions)[p]
    ratio = np.linalg.norm(vectors, axis=1) / [contact[symbols[i], symbols[k]] for k in list_.j[p]]
    order = np.argsort(ratio, kind="stable")
    first = np.unique(list_.j[p[order]], return_index=True)[1]
    chosen = np.sort(first)[: int(rng.integers(2, 7))]
    chosen = order[chosen[ratio[order[chosen]] < SHELL * ratio.min()]]
    pair = _canonical((symbols[i], symbols[list_.j[p[order[0]]]]), shortest)
    path = []
    for factor in (CONTRACTION / ratio.min()).tolist():
        path.append(atoms.copy())
        path[-1].positions[list_.j[p[chosen]]] += (factor - 1) * vectors[chosen]
    return Path(path, pair, CONTRACTION * shortest[pair])


def _canonical(pair: Pair, shortest: Mapping[Pair, float]) -> Pair:
    return pair if pair in shortest else (pair[1], pair[0])


# Cells


def packing(
    species: Sequence[str], shortest: Mapping[Pair, float], rng: np.random.Generator
) -> Any:
    """A random dense cell of 6 to 13 atoms, pushed apart to about their shortest distances."""
    from ase import Atoms

    n = int(rng.integers(6, 14))
    symbols = rng.choice(list(species), n).tolist()
    contact = contacts(shortest)
    table = np.array([[contact[a, b] for b in symbols] for a in symbols]) * rng.uniform(1.02, 1.22)
    volume = float((np.diag(table) ** 3).sum()) * rng.uniform(1.2, 2.4)
    cell = np.eye(3) + rng.uniform(-0.15, 0.15, (3, 3))
    cell *= (volume / np.linalg.det(cell)) ** (1 / 3)
    atoms = Atoms(symbols, cell=cell, scaled_positions=rng.random((n, 3)), pbc=True)
    for _ in range(20):
        list_ = neighbor_list(atoms, float(table.max()))
        vectors = list_.vectors(atoms.positions)
        r = np.linalg.norm(vectors, axis=1)
        overlap = np.maximum(table[list_.i, list_.j] - r, 0.0)
        if overlap.max(initial=0.0) < 0.05:
            break
        push = -0.55 * (overlap / np.maximum(r, 1e-3))[:, None] * vectors
        np.add.at(atoms.positions, list_.i, push)
    return atoms


def compression(
    species: Sequence[str], shortest: Mapping[Pair, float], rng: np.random.Generator
) -> Path:
    """A random crystal of one to four atoms from contact inwards: of 20 trials the densest."""
    trials = [_random_crystal(species, shortest, rng) for _ in range(20)]
    atoms, contact, pair = min(trials, key=lambda t: t[1] ** 3 * t[0].get_volume() / len(t[0]))
    atoms = _scaled(atoms, contact)
    path = [_scaled(atoms, scale) for scale in COMPRESSION.tolist()]
    return Path(path, pair, COMPRESSION * shortest[pair])


def _random_crystal(
    species: Sequence[str], shortest: Mapping[Pair, float], rng: np.random.Generator
) -> tuple[Any, float, Pair]:
    """Random cell and positions, and the scale that brings its first pair into contact."""
    from ase import Atoms

    contact = contacts(shortest)
    n = int(rng.integers(1, 5))
    symbols = rng.choice(list(species), n).tolist()
    cell = np.eye(3) + rng.uniform(-0.3, 0.3, (3, 3))
    atoms = Atoms(symbols, cell=cell, scaled_positions=rng.random((n, 3)), pbc=True)
    list_ = neighbor_list(atoms, 2.0)
    pairs = [(symbols[i], symbols[j]) for i, j in zip(list_.i, list_.j, strict=True)]
    r = np.linalg.norm(list_.vectors(atoms.positions), axis=1)
    ratio = r / [contact[pair] for pair in pairs]
    k = int(np.argmin(ratio))
    return atoms, float(1 / ratio[k]), _canonical(pairs[k], shortest)


def _scaled(atoms: Atoms, scale: float) -> Any:
    """A copy, cell and positions multiplied by ``scale``."""
    copy = atoms.copy()
    copy.set_cell(scale * np.array(atoms.cell), scale_atoms=True)
    return copy
