r"""Linear inequalities that make the core of a linear potential repel.

Below the shortest distance of the data a fit extrapolates, and a repulsive pair potential under it
does not help: the many-body part may fall faster.  But repulsion is linear in the coefficients,

.. math:: G c \ge h,

and the data do not disagree, since there are none.  Rows of ``G``:

* dimers of every pair of species: force of repulsion, down to a fiftieth of the cutoff;
* pairs in environments: two neighbouring atoms of a configuration moved together;
* packings: random dense cells in which a pair of neighbours, or a shell of them, closes in;
* dense random crystals of few atoms, compressed.

Dimers bound forces, the others the rise of energy from one configuration of a path to the next.
Each rise must be at least ``fraction`` of that of an isolated pair under ZBL.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from potlearn.descriptors.base import Descriptor
from potlearn.fit.core.dimers import dimer_distances, dimers
from potlearn.fit.core.paths import Path, approaches, compression, contraction, packing
from potlearn.fit.core.shortest import Pair
from potlearn.potentials.base import Potential
from potlearn.potentials.pair import ZBL
from potlearn.structure.neighbors import neighbors as neighbor_list
from potlearn.structure.neighbors import side_by_side
from potlearn.structure.system import System
from potlearn.typing import Array, Atoms

N_DIMERS = 64


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
    n_packings : int
        Random dense cells; in each a pair approaches and a shell contracts.
    n_crystals : int
        Dense random crystals.
    seed : int
        Seed of all choices.
    """

    fraction: float = 0.2
    n_environments: int = 16
    n_packings: int = 24
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
        (:func:`~potlearn.fit.core.shortest_distances`), in Å.
    environments : sequence of ase.Atoms
        Configurations in which pairs are moved together, such as the training data.
    sampling : CoreSampling, optional
        How many of each.
    """
    sampling = sampling or CoreSampling()
    rng = np.random.default_rng(sampling.seed)
    core = _Core(descriptor, reference, shortest, sampling.fraction)
    parts = [core.dimers(pair) for pair in shortest]
    for path, share in _paths(descriptor.species, shortest, environments, sampling, rng):
        parts.append(core.rises(path, share))
    return CoreConstraints(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def _paths(
    species: Sequence[str],
    shortest: Mapping[Pair, float],
    environments: Sequence[Any],
    sampling: CoreSampling,
    rng: np.random.Generator,
) -> Iterator[tuple[Path, float]]:
    """All paths, and the share of a configuration's energy that counts."""
    for pair, end in shortest.items():
        for path in approaches(environments, pair, end, sampling.n_environments, rng):
            yield path, 1.0
    for k in range(sampling.n_packings):
        atoms = packing(species, shortest, rng)
        pair = list(shortest)[k % len(shortest)]
        for path in approaches([atoms], pair, shortest[pair], 1, rng):
            yield path, 1.0
        shell = contraction(atoms, shortest, rng)
        if shell is not None:
            yield shell, 1.0
    for _ in range(sampling.n_crystals):
        path = compression(species, shortest, rng)
        yield path, 1 / len(path.configurations[0])


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
        rows = self.descriptor.rows(atoms, list_, virial=False).forces[5::6]
        bounds = -self.fraction * self._wall(pair, r)[1]
        if self.reference:
            bounds = bounds - self.reference.predict(atoms, list_).forces[1::2, 2]
        return CoreConstraints(rows, bounds)

    def rises(self, path: Path, share: float) -> CoreConstraints:
        """Rise of ``share`` of the energy from each configuration to the next."""
        energies, given = self._energies(path.configurations)
        wall = np.diff(self._wall(path.pair, path.distances)[0])
        return CoreConstraints(
            share * np.diff(energies, axis=0), self.fraction * wall - share * np.diff(given)
        )

    def _energies(self, configurations: Sequence[Atoms]) -> tuple[Array, Array]:
        """Energy rows (B, C) and reference energies (B,) of B configurations."""
        lists = [neighbor_list(atoms, self.cutoff) for atoms in configurations]
        species, joined = self.descriptor.species, side_by_side(lists, self.cutoff)
        system = System.of(configurations, species, self.cutoff, joined)
        features = self.descriptor.features(system)
        rows = np.zeros((len(configurations), len(species), 1 + self.descriptor.n_features))
        for k, row in enumerate(rows):
            mine = system.owner == k
            index = system.species[mine]
            row[:, 0] = np.bincount(index, minlength=len(species))
            for e in range(len(species)):
                row[e, 1:] = features[mine][index == e].sum(0)
        given = [
            self.reference.predict(atoms, list_).energy if self.reference else 0.0
            for atoms, list_ in zip(configurations, lists, strict=True)
        ]
        return rows.reshape(len(rows), -1), np.array(given)

    def _wall(self, pair: Pair, r: Array) -> tuple[Array, Array]:
        a, b = (self.descriptor.species.index(s) for s in pair)
        n = len(r)
        return self.wall.pair(r, np.full(n, a, np.int32), np.full(n, b, np.int32))
