r"""Linear inequalities that make the core of a linear potential repel.

Below the shortest distance of the data a fit extrapolates, and a repulsive pair potential under it
does not help: the many-body part may fall faster.  But repulsion is linear in the coefficients,

.. math:: G c \ge h,

and little is asked of the fit, as there are no data to disagree.  Rows of ``G``:

* dimers of every pair of species: force of repulsion, down to a fiftieth of the cutoff;
* pairs in environments: two neighbouring atoms of a configuration moved together, the rise of
  energy from one distance to the next;
* dense random crystals of few atoms, compressed: the rise of energy per atom.

Each rise must be at least ``fraction`` of that of an isolated pair under ZBL.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..data.neighbors import neighbors as neighbor_list
from ..descriptors.protocol import Descriptor, species_indices
from .core import Pair, dimer_distances, dimers
from .pair import ZBL
from .protocol import Potential

Array: TypeAlias = NDArray[np.float64]

N_DIMERS = 64
APPROACH = np.array([1.0, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5])
COMPRESSION = np.array([1.0, 0.95, 0.9, 0.8, 0.7])
LARGEST = 150
"""Of configurations with more atoms, so many around the pair are the environment."""
EXCERPT = 8.0
"""Reach of such an excerpt, in Å."""


class CoreConstraints(NamedTuple):
    """``rows @ coefficients.ravel() >= bounds``: rows (m, C), bounds (m,), in eV or eV/Å."""

    rows: Array
    bounds: Array


@dataclass(frozen=True)
class CoreSampling:
    """How much is asked.

    Attributes
    ----------
    fraction : float
        Smallest rise, in rises of the ZBL energy of the pair.
    n_environments : int
        Pairs in environments, for every pair of species.
    n_crystals : int
        Dense random crystals.
    seed : int
        Seed of all choices.
    """

    fraction: float = 0.1
    n_environments: int = 16
    n_crystals: int = 24
    seed: int = 0


def core_constraints(
    descriptor: Descriptor,
    reference: Potential | None,
    shortest: Mapping[Pair, float],
    environments: Sequence[Any] = (),
    sampling: CoreSampling | None = None,
) -> CoreConstraints:
    """Inequalities on the coefficients of ``descriptor`` above ``reference``.

    Parameters
    ----------
    descriptor, reference :
        The two parts of the potential.
    shortest : mapping
        Distance below which each pair of species must repel
        (:func:`~potlearn.potentials.core.shortest_distances`), in Å.
    environments : sequence of ase.Atoms
        Configurations in which pairs are moved together, such as the training data.
    sampling : CoreSampling, optional
        How many of each.
    """
    sampling = sampling or CoreSampling()
    rng = np.random.default_rng(sampling.seed)
    core = _Core(descriptor, reference, shortest, sampling.fraction)
    parts = [core.dimers(pair) for pair in shortest]
    for pair in shortest:
        for path in approaches(environments, pair, shortest[pair], sampling.n_environments, rng):
            parts.append(core.rises(path, pair, shortest[pair] * APPROACH, per_atom=False))
    for _ in range(sampling.n_crystals):
        path, pair = crystal(descriptor.species, shortest, rng)
        parts.append(core.rises(path, pair, shortest[pair] * COMPRESSION, per_atom=True))
    return CoreConstraints(*(np.concatenate(part) for part in zip(*parts, strict=True)))


class _Core:
    """Rows and bounds of each kind for one potential."""

    def __init__(
        self,
        descriptor: Descriptor,
        reference: Potential | None,
        shortest: Mapping[Pair, float],
        fraction: float,
    ) -> None:
        self.descriptor, self.reference, self.shortest = descriptor, reference, shortest
        self.fraction = fraction
        self.cutoff = max(descriptor.cutoff, reference.cutoff if reference else 0.0)
        far = descriptor.cutoff
        self.wall = ZBL(descriptor.species, 0.9 * far, far)

    def dimers(self, pair: Pair) -> CoreConstraints:
        """Force of repulsion of the dimer, (n, C) and (n,)."""
        r = dimer_distances(self.cutoff, self.shortest[pair], N_DIMERS)
        atoms = dimers(pair, r, self.cutoff)
        list_ = neighbor_list(atoms, self.cutoff)
        rows = self.descriptor.design(atoms, list_, virial=False).forces[5::6]
        bounds = -self.fraction * self._wall(pair, r)[1]
        if self.reference:
            bounds = bounds - self.reference.predict(atoms, list_).forces[1::2, 2]
        return CoreConstraints(rows, bounds)

    def rises(
        self, path: Sequence[Any], pair: Pair, r: Array, *, per_atom: bool
    ) -> CoreConstraints:
        """Rise of energy from each configuration of ``path`` to the next, at distances ``r``."""
        values = [self._energy(atoms) for atoms in path]
        rows = np.diff([row for row, _ in values], axis=0)
        given = np.diff([energy for _, energy in values])
        share = 1 / len(path[0]) if per_atom else 1.0
        wall = np.diff(self._wall(pair, r)[0])
        return CoreConstraints(share * rows, self.fraction * wall - share * given)

    def _energy(self, atoms: Any) -> tuple[Array, float]:
        """Energy row (C,) and reference energy."""
        list_ = neighbor_list(atoms, self.cutoff)
        features = self.descriptor.descriptors(atoms, list_)
        index = species_indices(atoms, self.descriptor.species)
        row = np.zeros((len(self.descriptor.species), 1 + self.descriptor.n_features))
        row[:, 0] = np.bincount(index, minlength=len(row))
        for e in range(len(row)):
            row[e, 1:] = features[index == e].sum(0)
        energy = self.reference.predict(atoms, list_).energy if self.reference else 0.0
        return row.ravel(), energy

    def _wall(self, pair: Pair, r: Array) -> tuple[Array, Array]:
        a, b = (self.descriptor.species.index(s) for s in pair)
        n = len(r)
        return self.wall.pair(r, np.full(n, a, np.int32), np.full(n, b, np.int32))


# Pseudo configurations -------------------------------------------------------------------------


def approaches(
    environments: Sequence[Any], pair: Pair, shortest: float, n: int, rng: np.random.Generator
) -> Iterator[list[Any]]:
    """Paths of configurations in which one pair of neighbours comes closer, at most ``n``."""
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
            yield [_moved(atoms, *chosen, x * shortest) for x in APPROACH.tolist()]


def _closest_pair(
    atoms: Any, pair: Pair, reach: float, rng: np.random.Generator
) -> tuple[int, int, Array] | None:
    """A random atom of the first species, its nearest other neighbour of the second, r_ij."""
    symbols = np.array(atoms.get_chemical_symbols())
    centres = np.flatnonzero(symbols == pair[0])
    if not len(centres):
        return None
    i = int(rng.choice(centres))
    list_ = neighbor_list(atoms, reach)
    p = np.arange(list_.first[i], list_.first[i + 1])
    p = p[(symbols[list_.j[p]] == pair[1]) & (list_.j[p] != i)]
    if not len(p):
        return None
    vectors = list_.vectors(atoms.positions)[p]
    nearest = int(np.argmin(np.linalg.norm(vectors, axis=1)))
    return i, int(list_.j[p[nearest]]), vectors[nearest]


def _excerpt(atoms: Any, i: int, _: int, vector: Array) -> tuple[Any, tuple[int, int, Array]]:
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


def _moved(atoms: Any, i: int, j: int, vector: Array, distance: float) -> Any:
    """Atoms ``i`` and ``j`` moved along their separation, to ``distance``."""
    moved = atoms.copy()
    step = (1 - distance / np.linalg.norm(vector)) / 2 * vector
    moved.positions[i] += step
    moved.positions[j] -= step
    return moved


def crystal(
    species: Sequence[str], shortest: Mapping[Pair, float], rng: np.random.Generator
) -> tuple[list[Any], Pair]:
    """A compressed random crystal of one to four atoms, and the pair that is closest in it.

    Of 20 random ones the densest at the given contact distances; ``COMPRESSION`` scales it from
    contact.
    """
    contact = {**shortest, **{(b, a): r for (a, b), r in shortest.items()}}
    trials = [_random_crystal(species, contact, rng) for _ in range(20)]
    atoms, pair = min(trials, key=lambda trial: trial[0].get_volume() / len(trial[0]))
    return [_scaled(atoms, scale) for scale in COMPRESSION.tolist()], pair


def _scaled(atoms: Any, scale: float) -> Any:
    """A copy, cell and positions multiplied by ``scale``."""
    copy = atoms.copy()
    copy.set_cell(scale * np.array(atoms.cell), scale_atoms=True)
    return copy


def _random_crystal(
    species: Sequence[str], contact: Mapping[Pair, float], rng: np.random.Generator
) -> tuple[Any, Pair]:
    """Random cell and positions, scaled until the first pair is in contact."""
    from ase import Atoms

    n = int(rng.integers(1, 5))
    symbols = rng.choice(list(species), n).tolist()
    cell = np.eye(3) + rng.uniform(-0.3, 0.3, (3, 3))
    atoms = Atoms(symbols, cell=cell, scaled_positions=rng.random((n, 3)), pbc=True)
    list_ = neighbor_list(atoms, 2.0)
    pairs = [(symbols[i], symbols[j]) for i, j in zip(list_.i, list_.j, strict=True)]
    r = np.linalg.norm(list_.vectors(atoms.positions), axis=1)
    ratio = r / [contact[pair] for pair in pairs]
    k = int(np.argmin(ratio))
    atoms = _scaled(atoms, 1 / ratio[k])
    a, b = sorted(pairs[k], key=list(species).index)
    return atoms, (a, b)
