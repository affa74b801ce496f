"""The sum over pairs that all pair potentials share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from potlearn.engine import close_pairs
from potlearn.errors import ConfigError
from potlearn.potentials.base import Prediction
from potlearn.potentials.operations import PotentialBase
from potlearn.structure.neighbors import Neighbors
from potlearn.structure.system import System
from potlearn.typing import Array, Atoms, Settings

Index: TypeAlias = NDArray[np.int32]

COULOMB = 14.399645
"""e²/(4πε₀) in eV Å, the value of LAMMPS's metal units."""


@dataclass(frozen=True, eq=False)
class PairPotential(PotentialBase, ABC):
    r"""Sum of a function of distance over pairs of atoms.

    .. math::

        E = \sum_i E_i, \quad E_i = \tfrac12 \sum_j \phi_{z_i z_j}(r_{ij}), \qquad
        F_i = \sum_j \phi'_{z_i z_j}(r_{ij}) \, \hat r_{ij}, \qquad
        W = -\tfrac12 \sum_{ij} \phi' \, \hat r_{ij} \otimes r_{ij}

    with :math:`r_{ij} = x_j - x_i` over every periodic image inside the cutoff.  A subclass gives
    :math:`\phi` and :math:`\phi'`, both zero at the cutoff.
    """

    kind: ClassVar[str]
    """Name of the potential in files."""

    species: tuple[str, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "species", tuple(self.species))
        if not 0 < self.cutoff < np.inf:
            raise ConfigError(f"{self.kind}: expected a positive cutoff, got {self.cutoff}")

    @property
    @abstractmethod
    def cutoff(self) -> float:
        """Distance from which on the function is zero, in Å."""

    @abstractmethod
    def pair(self, r: Array, a: Index, b: Index) -> tuple[Array, Array]:
        """φ (eV) and φ' (eV/Å) at distances ``r`` (P,) between species ``a`` and ``b`` (P,)."""

    @override
    def predict(
        self, atoms: Atoms, neighbors: Neighbors | None = None, *, threads: int = 1
    ) -> Prediction:
        system = System.of(atoms, self.species, self.cutoff, neighbors)
        list_, index = system.neighbors, system.species
        near = close_pairs(system, self.cutoff)
        i, j = np.searchsorted(list_.first, near, side="right") - 1, list_.j[near]
        vectors = atoms.positions[j] - atoms.positions[i] + list_.offsets[near]
        r = np.sqrt(np.einsum("pa,pa->p", vectors, vectors))
        phi, slope = self.pair(r, index[i], index[j])
        return _sum(len(atoms), i, vectors, phi, (slope / r)[:, None] * vectors)

    def to_dict(self) -> Settings:
        """Settings that rebuild the potential, ``kind`` included."""
        settings = {f.name: getattr(self, f.name) for f in fields(self)}
        return {"kind": self.kind} | settings | {"species": list(self.species)}

    @classmethod
    def from_dict(cls, settings: Settings) -> Self:
        """The inverse of :meth:`to_dict`."""
        return cls(**{k: v for k, v in settings.items() if k != "kind"})


def _sum(n: int, i: Any, vectors: Array, phi: Array, pull: Array) -> Prediction:
    """Sums over directed pairs: ``pull`` is φ' times the unit vector towards the neighbour."""
    forces = [np.bincount(i, pull[:, d], minlength=n) for d in range(3)]
    virial = -0.5 * vectors.T @ pull
    return Prediction(
        energies=np.bincount(i, 0.5 * phi, minlength=n).astype(float),
        forces=np.stack(forces, axis=1).astype(float),
        virial=virial[[0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]],
    )
