"""States that data seldom cover: crystals of every volume, random packings, dimers, trimers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement

import numpy as np

from potlearn.fit.beyond.cells import Cells, deformed
from potlearn.fit.beyond.coverage import Coverage
from potlearn.fit.beyond.crystals import crystals
from potlearn.fit.beyond.floor import Floor
from potlearn.structure.neighbors import neighbors as neighbor_list
from potlearn.structure.packing import Index, pushed_apart
from potlearn.structure.species import species_indices
from potlearn.typing import Array, Atoms, Indices

LARGEST, SMALLEST, STEP = 1.35, 0.45, 0.005
"""Scales of a path: nearest neighbours in typical distances, outermost, innermost, step."""
MOST_CRYSTALS = 40
TRIES = 20
"""Draws of a composition before a pure cell is taken."""
DIMER_POINTS = 240
DEEPEST = 50.0
"""Pairs are looked at down to the cutoff over this; radial tables begin at the cutoff over 64."""


@dataclass(frozen=True)
class CrystalPath:
    """A crystal from expansion to compression, and its scales (n,), descending."""

    name: str
    cells: Cells
    scales: Array


def crystal_paths(coverage: Coverage, floor: Floor) -> list[CrystalPath]:
    """Paths of the crystals of elements, pairs and triples, of compositions that the data mix to.

    Of more than :data:`MOST_CRYSTALS` so many are taken, evenly.
    """
    scales = np.arange(LARGEST, SMALLEST, -STEP)
    known = [
        (name, atoms)
        for name, atoms in crystals(coverage.species)
        if floor.covers(composition_of(atoms, coverage.species))
    ]
    chosen = known[:: 1 + len(known) // (1 + MOST_CRYSTALS)]
    return [CrystalPath(name, scaled(atoms, scales, coverage), scales) for name, atoms in chosen]


def composition_of(atoms: Atoms, species: Sequence[str]) -> Array:
    """Fraction of each species, (S,)."""
    index = species_indices(atoms, species)
    found: Array = np.bincount(index, minlength=len(species)) / len(atoms)
    return found


def scaled(atoms: Atoms, scales: Array, coverage: Coverage) -> Cells:
    """Copies whose closest pair has each of the scales, in typical distances of its species."""
    lengths, n = (scales / _scale(atoms, coverage))[:, None, None], len(scales)
    return Cells(
        (lengths * atoms.positions).reshape(-1, 3),
        np.tile(species_indices(atoms, coverage.species), n),
        np.full(n, len(atoms), np.int64),
        lengths * np.array(atoms.cell),
        np.ones(n, bool),
    )


def _scale(atoms: Atoms, coverage: Coverage) -> float:
    """Least distance in units of the typical one of its pair of species."""
    length = float(np.cbrt(atoms.get_volume()))
    list_ = neighbor_list(atoms, 3 * length)
    index = np.array([coverage.species.index(s) for s in atoms.get_chemical_symbols()])
    r = np.linalg.norm(list_.vectors(atoms.positions), axis=1)
    return float((r / coverage.typical[index[list_.i], index[list_.j]]).min())


def strained(paths: Sequence[CrystalPath], every: int, rng: np.random.Generator) -> Cells:
    """Each ``every``-th cell of the paths, and as many under a random strain."""
    chosen = Cells.joined([p.cells.take(np.arange(0, len(p.cells), every)) for p in paths])
    strains = np.eye(3) + rng.uniform(-0.15, 0.15, (len(chosen), 3, 3))
    return Cells.joined([chosen, deformed(chosen, strains)])


def packings(n: int, coverage: Coverage, floor: Floor, rng: np.random.Generator) -> Cells:
    """Random cells of three to nine atoms, from dense to sparse.

    Atoms are pushed apart to half a typical distance or more, volumes are 0.4 to 5 cubes of it.
    Compositions are those of the data's phases as nearly as so few atoms can have them, among
    those that the phases mix to.
    """
    drawn = [_loose(coverage, _drawn(coverage, floor, rng), rng) for _ in range(n)]
    loose = Cells.joined([Cells.of((), coverage.species), *(cells for cells, _ in drawn)])
    factors, owner = np.array([factor for _, factor in drawn]), loose.owner

    def apart(i: Index, j: Index) -> Array:
        return factors[owner[i]] * coverage.typical[loose.species[i], loose.species[j]]

    longest = factors * np.array([_longest(cells, coverage) for cells, _ in drawn])
    parts = loose.positions, loose.sizes, loose.cells
    return replace(loose, positions=pushed_apart(*parts, apart, longest))


def _loose(coverage: Coverage, index: Indices, rng: np.random.Generator) -> tuple[Cells, float]:
    """Atoms anywhere in a cell, and how far apart they shall be in typical distances."""
    n, factor = len(index), rng.uniform(0.5, 1.05)
    bonds = np.diag(coverage.typical)[index]
    volume = float((bonds**3).sum() * np.exp(rng.uniform(np.log(0.4), np.log(5.0))))
    cell = np.eye(3) + rng.uniform(-0.25, 0.25, (3, 3))
    cell *= (volume / np.linalg.det(cell)) ** (1 / 3)
    positions, size = rng.random((n, 3)) @ cell, np.array([n], np.int64)
    return Cells(positions, index.astype(np.int32), size, cell[None], np.ones(1, bool)), factor


def _longest(cells: Cells, coverage: Coverage) -> float:
    """The largest typical distance of two of its atoms."""
    return float(coverage.typical[np.ix_(cells.species, cells.species)].max())


def _drawn(coverage: Coverage, floor: Floor, rng: np.random.Generator) -> Indices:
    """Species of three to nine atoms, drawn as a random phase has them."""
    n_species, n = len(coverage.species), int(rng.integers(3, 10))
    for _ in range(TRIES):
        phase = coverage.phases[int(rng.integers(len(coverage.phases)))]
        index = rng.choice(n_species, n, p=phase.composition)
        if floor.covers(np.bincount(index, minlength=n_species) / n):
            return index
    return np.full(n, int(np.argmax(phase.composition)))


# Molecules that come together


@dataclass(frozen=True)
class Approach:
    """Atoms that come together: distances (n,), descending; where the wall begins; the cells."""

    pair: tuple[str, str]
    kind: str
    distances: Array
    contact: float
    cells: Cells


def approaches(coverage: Coverage, cutoff: float) -> list[Approach]:
    """Dimers of every pair of elements, and trimers with the pair's second atom on both sides.

    They begin at the shortest distance of the data.  Trimers are linear and bent by 60°; all
    their distances are at least as long as that of the pair.
    """
    found = []
    for a, b in combinations_with_replacement(coverage.species, 2):
        end, contact = coverage.shortest[a, b], coverage.contact_of(a, b)
        r = np.geomspace(end, max(cutoff / DEEPEST, 0.2 * end), DIMER_POINTS)
        for kind, symbols, places in _molecules(a, b):
            cells = _molecule(symbols, places, r, coverage.species)
            found.append(Approach((a, b), kind, r, contact, cells))
    return found


def _molecules(a: str, b: str) -> Iterator[tuple[str, list[str], Array]]:
    yield "dimer", [a, b], np.array([[0.0, 0, 0], [0, 0, 1]])
    bent = [[0, np.sin(np.pi / 3), np.cos(np.pi / 3)]]
    for kind, third in (("linear trimer", [[0.0, 0, -1]]), ("bent trimer", bent)):
        yield kind, [a, b, b], np.array([[0.0, 0, 0], [0, 0, 1], *third])


def _molecule(symbols: list[str], places: Array, r: Array, species: Sequence[str]) -> Cells:
    n, k = len(r), len(symbols)
    return Cells(
        (r[:, None, None] * places).reshape(-1, 3),
        np.tile(np.array([list(species).index(s) for s in symbols], np.int32), n),
        np.full(n, k, np.int64),
        np.tile(np.eye(3), (n, 1, 1)),
        np.zeros(n, bool),
    )
