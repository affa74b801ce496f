"""A descriptor family as another package brings it: one module, and one row of a table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
from annotated_types import Ge
from pair_descriptor import PairDescriptor

from potlearn.descriptors.base import Energies
from potlearn.fit.solve.problem import Solution, Solver
from potlearn.fit.solve.qr import QR
from potlearn.structure.neighbors import neighbors as neighbor_list
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
        list_ = neighbors or neighbor_list(atoms, self.cutoff)
        r = np.linalg.norm(list_.vectors(atoms.positions), axis=1)
        found = np.zeros((len(atoms), self.n_powers))
        power = np.arange(self.n_powers) + 2
        np.add.at(found, list_.i, np.clip(1 - r / self.cutoff, 0, None)[:, None] ** power)
        return self.scale * found

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
        def evaluate(atoms, neighbors=None, *, threads=1):
            c, rows = np.ravel(coefficients), self.rows(atoms, neighbors)
            index = [self.species.index(s) for s in atoms.get_chemical_symbols()]
            own = np.asarray(coefficients)[index]
            energies = own[:, 0] + np.sum(own[:, 1:] * self.features(atoms, neighbors), axis=1)
            return Energies(energies, (rows.forces @ c).reshape(-1, 3), rows.virial @ c)

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
