"""A descriptor family as another package brings it: one module, and one row of a table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
from annotated_types import Ge
from pair_descriptor import PairDescriptor

from potlearn.engine import close_pairs
from potlearn.fit.solve.problem import Solution, Solver
from potlearn.fit.solve.qr import QR
from potlearn.potentials.pair.base import pairs_of_system, summed
from potlearn.structure.system import System
from potlearn.typing import Positive


@dataclass(frozen=True)
class Powers:
    """Sums of powers of (1 - r/cutoff) over neighbours.

    A family needs the fields of its section, ``rows``, ``features`` and ``fold`` to be fitted.
    """

    species: tuple[str, ...]
    cutoff: Positive
    n_powers: Annotated[int, Ge(1)] = 3
    """Number of powers."""
    scale: Positive | None = None
    """Factor of all features; found in the data if absent."""

    @property
    def pair(self):
        return PairDescriptor(tuple(self.species), self.cutoff, self.n_powers)

    @property
    def n_features(self):
        return self.n_powers

    @property
    def feature_names(self):
        return self.pair.feature_names

    smoothness = None

    def prepared(self, configurations):
        if self.scale is not None:
            return self
        plain = replace(self, scale=1.0)
        return replace(self, scale=1 / max(plain.features(a).max() for a in configurations))

    def features(self, atoms, neighbors=None, *, threads=1):
        system, i, _, _, x = self._pairs(atoms, neighbors)
        found = np.zeros((len(system), self.n_powers))
        np.add.at(found, i, x[:, None] ** self._exponents)
        return self.scale * found

    @property
    def _exponents(self):
        return np.arange(self.n_powers) + 2

    def _pairs(self, atoms, neighbors=None):
        """A system of one or several configurations; centres, neighbours, vectors, 1 - r/cutoff."""
        system = System.of(atoms, self.species, self.cutoff, neighbors)
        i, j, vectors = pairs_of_system(system, close_pairs(system, self.cutoff))
        return system, i, j, vectors, 1 - np.linalg.norm(vectors, axis=1) / self.cutoff

    def rows(self, atoms, neighbors=None, *, virial=True, threads=1):
        rows = self.pair.rows(atoms, neighbors, virial=virial)
        factors = np.tile([1.0] + [self.scale] * self.n_powers, len(self.species))
        return replace(
            rows,
            energy=factors * rows.energy,
            forces=factors * rows.forces,
            virial=factors * (rows.virial if virial else rows.virial[:0]),
        )

    def fold(self, coefficients):
        c = np.asarray(coefficients)

        def evaluate(atoms, neighbors=None, *, threads=1):
            system, i, j, vectors, x = self._pairs(atoms, neighbors)
            own, k = c[system.species], self._exponents
            energies = own[:, 0] + np.sum(own[:, 1:] * self.features(system), axis=1)
            slopes = -self.scale * k * x[:, None] ** (k - 1) / self.cutoff
            slope = np.sum((own[i, 1:] + own[j, 1:]) * slopes, axis=1)
            r = self.cutoff * (1 - x)
            return summed(system, i, vectors, energies, (slope / r)[:, None] * vectors)

        return evaluate

    def to_dict(self):
        settings = {"n_powers": self.n_powers, "scale": self.scale, "cutoff": self.cutoff}
        return {"family": "powers", "species": list(self.species), **settings}

    @classmethod
    def from_dict(cls, settings):
        return cls(**{k: v for k, v in settings.items() if k != "family"})


@dataclass(frozen=True)
class Halved(Solver):
    """Half of the least-squares solution: a solver in one class."""

    n_folds: int = 0

    def solve(self, problem):
        whole = QR().solve(problem)
        return Solution(whole.coefficients / 2, replace(whole.info, solver="halved"))
