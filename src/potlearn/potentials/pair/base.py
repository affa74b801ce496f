"""The sum over pairs that all pair potentials share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from potlearn.descriptors.base import Energies
from potlearn.engine import close_pairs
from potlearn.errors import ConfigError
from potlearn.potentials.system import SystemPotential
from potlearn.runtime import check_fields, shown
from potlearn.structure.species import check_species
from potlearn.structure.system import System
from potlearn.structure.units import VOIGT
from potlearn.typing import Array, Indices, Species

Index: TypeAlias = NDArray[np.int32]

BLOCK = 2**17
"""Pairs whose functions are evaluated at once: some 50 MB."""
COULOMB = 14.399645
"""e²/(4πε₀) in eV Å, the value of LAMMPS's metal units."""


class Piece(NamedTuple):
    """A part of a pair function: its cutoff in Å, and values and slopes as of ``pair``."""

    cutoff: float
    function: Callable[[Array, Index, Index], tuple[Array, Array]]


@dataclass(frozen=True, eq=False)
class PairPotential(SystemPotential):
    r"""Sum of a function of distance over pairs of atoms.

    .. math::

        E = \sum_i E_i, \quad E_i = \tfrac12 \sum_j \phi_{z_i z_j}(r_{ij}), \qquad
        F_i = \sum_j \phi'_{z_i z_j}(r_{ij}) \, \hat r_{ij}, \qquad
        W = -\tfrac12 \sum_{ij} \phi' \, \hat r_{ij} \otimes r_{ij}

    with :math:`r_{ij} = x_j - x_i` over every periodic image inside the cutoff.  A subclass gives
    :math:`\phi` and :math:`\phi'`, both zero at the cutoff.
    """

    def __post_init__(self) -> None:
        check_fields(self, self.kind, ConfigError)
        object.__setattr__(self, "species", tuple(self.species))
        check_species(self.species, self.kind, ConfigError)

    @property
    @abstractmethod
    def cutoff(self) -> float:
        """Distance from which on the function is zero, in Å."""

    @abstractmethod
    def pair(self, r: Array, a: Index, b: Index) -> tuple[Array, Array]:
        """φ (eV) and φ' (eV/Å) at distances ``r`` (P,) between species ``a`` and ``b`` (P,)."""

    def pieces(self) -> tuple[Piece, ...]:
        """Functions whose sum is the pair function, for tables.

        Each ends at its cutoff, from which on :meth:`pair` counts without it, and is smooth before.
        """
        return (Piece(self.cutoff, self.pair),)

    def of_system(self, system: System, *, threads: int = 1) -> Energies:
        """Energies, forces and virial of a system of its species."""
        close = close_pairs(system, self.cutoff)
        if not len(close):
            return nothing(system)
        blocks = (close[k : k + BLOCK] for k in range(0, len(close), BLOCK))
        return reduce(_added, (self._sum(system, block) for block in blocks))

    def _sum(self, system: System, which: Indices) -> Energies:
        """What some pairs of the list add."""
        i, j, vectors = pairs_of_system(system, which)
        r = np.sqrt(np.einsum("pa,pa->p", vectors, vectors))
        phi, slope = self.pair(r, system.species[i], system.species[j])
        energies = np.bincount(i, 0.5 * phi, minlength=len(system)).astype(float)
        return summed(system, i, vectors, energies, (slope / r)[:, None] * vectors)


def nothing(system: System) -> Energies:
    """No energy, forces and virial."""
    n, shape = len(system), (6,) if system.owner is None else (system.n_systems, 6)
    return Energies(np.zeros(n), np.zeros((n, 3)), np.zeros(shape))


def _added(a: Energies, b: Energies) -> Energies:
    return Energies(a.energies + b.energies, a.forces + b.forces, a.virial + b.virial)


def as_array(value: Any, kind: str, name: str) -> Array:
    """Numbers of a parameter as an array; ConfigError where they are not numbers."""
    try:
        return np.asarray(value, float)
    except (TypeError, ValueError, OverflowError):
        raise ConfigError(f"{kind}: {name}: expected numbers, got {shown(value)}") from None


def pairs_of_system(system: System, which: Indices) -> tuple[Indices, Species, Array]:
    """Centre, neighbour and vector between them of the pairs ``which`` of the list."""
    i, j, shifts = system.neighbors.some(which)
    return i, j, system.positions[j] - system.positions[i] + shifts


def summed(system: System, i: Indices, vectors: Array, energies: Array, pull: Array) -> Energies:
    r"""Forces and virial of directed pairs, each of which is in the list both ways.

    .. math:: F_i = \sum_j p_{ij}, \qquad W = -\tfrac12 \sum_{ij} p_{ij} \otimes r_{ij}

    ``pull`` (P, 3) is :math:`p_{ij}`, the derivative of the energy in the distance of the pair
    times the unit vector towards the neighbour.
    """
    n = len(system)
    forces = np.stack([np.bincount(i, pull[:, d], minlength=n) for d in range(3)], axis=1)
    if system.owner is None:
        virial: Array = -0.5 * (vectors.T @ pull)[VOIGT]
    else:
        parts = (vectors[:, VOIGT[0]] * pull[:, VOIGT[1]]).T
        owner, b = system.owner[i], system.n_systems
        sums = [np.bincount(owner, part, minlength=b) for part in parts]
        virial = -0.5 * np.stack(sums, axis=1).astype(float)
    return Energies(energies, forces.astype(float), virial)
