"""A wall around what the data cover: nothing inside, repulsion beyond."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from potlearn.descriptors.base import Energies
from potlearn.engine import close_pairs, densities
from potlearn.errors import ConfigError
from potlearn.potentials.pair.base import as_array, nothing, pairs_of_system, summed
from potlearn.potentials.system import SystemPotential
from potlearn.runtime import check_fields, shown
from potlearn.structure.species import check_species
from potlearn.structure.system import System
from potlearn.typing import Array, Species

WIDTH = 0.3
"""Excess of density, as a part of the largest allowed, over which the wall rises by its height."""
MAX_REACH = 100.0
LINEAR = 15.0
"""Excess, in widths, from which the wall rises linearly: LAMMPS continues its tables so."""


@dataclass(frozen=True, eq=False)
class Wall(SystemPotential):
    r"""Repulsion of atoms that are more crowded, or closer together, than any in the data.

    .. math::

        E = \sum_i K_{z_i} \, h\Big( \frac{\rho_i / \bar\rho_{z_i} - 1}{w} \Big)
          + \tfrac12 \sum_{ij} C_{z_i z_j} \, q(r_{ij} / d_{z_i z_j})

        \rho_i = \sum_j \big( 1 - (r_{ij} / R_{z_i z_j})^2 \big)^4, \qquad
        h(x) = 2 \, (e^x - 1 - x), \qquad q(u) = (1 - u)^2 / u

    with sums over neighbours inside ``reach`` R or ``contact`` d; h is zero below zero and
    continued linearly from x = 15, q is zero from u = 1; w is 0.3.  Energy and forces are
    continuous.  It is an embedded-atom potential: LAMMPS has it as ``eam/fs``.

    Attributes
    ----------
    species : tuple of str
        Chemical symbols.
    reach : (S, S)
        Distance up to which neighbours count in the density, in Å; symmetric.
    limit : (S,)
        Density :math:`\bar\rho` up to which there is no wall.
    height : (S,)
        K, in eV.
    contact : (S, S)
        Distance below which a pair repels, in Å, at most the reach; symmetric.
    stiffness : (S, S)
        C, in eV; symmetric.

    Raises
    ------
    ConfigError
        Arrays of other shapes or values.
    """

    kind: ClassVar[str] = "wall"

    reach: Array
    limit: Array
    height: Array
    contact: Array
    stiffness: Array

    def __post_init__(self) -> None:
        check_fields(self, self.kind, ConfigError)
        object.__setattr__(self, "species", tuple(self.species))
        check_species(self.species, self.kind, ConfigError)
        n = len(self.species)
        for name in ("reach", "limit", "height", "contact", "stiffness"):
            value = np.ascontiguousarray(as_array(getattr(self, name), self.kind, name))
            object.__setattr__(self, name, value)
            shape = (n,) if name in ("limit", "height") else (n, n)
            positive = name in ("reach", "limit")
            self._check(name, value, shape, positive)
        if self.reach.max() > MAX_REACH:
            raise ConfigError(f"wall: reach: expected at most {MAX_REACH} Å, got {self.cutoff}")
        if (self.contact > self.reach).any():
            raise ConfigError("wall: expected contacts within the reach")

    def _check(self, name: str, value: Array, shape: tuple[int, ...], positive: bool) -> None:
        if value.shape != shape:
            raise ConfigError(f"wall: {name}: expected shape {shape}, got {value.shape}")
        if not (np.isfinite(value) & (value > 0 if positive else value >= 0)).all():
            words = "positive numbers" if positive else "numbers of at least 0"
            raise ConfigError(f"wall: {name}: expected {words}, got {shown(value.tolist())}")
        if value.ndim == 2 and not np.array_equal(value, value.T):
            raise ConfigError(
                f"wall: {name}: expected a symmetric table, got {shown(value.tolist())}"
            )

    @property
    def cutoff(self) -> float:
        """Largest reach, in Å."""
        return float(self.reach.max())

    # Functions -----------------------------------------------------------------------------------

    def density(self, r: Array, a: Species, b: Species) -> tuple[Array, Array]:
        """Part of a neighbour in the density, and its slope (1/Å), at distances ``r`` (P,)."""
        reach = self.reach[a, b]
        t = np.maximum(1 - (r / reach) ** 2, 0.0)
        return t**4, -8 * r / reach**2 * t**3

    def embedding(self, density: Array, a: Species) -> tuple[Array, Array]:
        """Energy (eV) of atoms of species ``a`` at a density, and its slope, (N,)."""
        limit, height = self.limit[a], self.height[a]
        value, slope = _rise((density / limit - 1) / WIDTH)
        return height * value, height * slope / (WIDTH * limit)

    def pair(self, r: Array, a: Species, b: Species) -> tuple[Array, Array]:
        """Energy (eV) of pairs in contact at distances ``r`` (P,), and its slope (eV/Å)."""
        d, stiffness = self.contact[a, b], self.stiffness[a, b]
        depth = np.maximum(1 - r / np.where(d > 0, d, 1.0), 0.0) * (d > 0)
        value = stiffness * depth**2 * d / r
        return value, -stiffness * depth * (2 / r + depth * d / r**2)

    # Evaluation ----------------------------------------------------------------------------------

    def of_system(self, system: System, *, threads: int = 1) -> Energies:
        """Energies, forces and virial of a system of its species."""
        density, touching = densities(system, self.reach, self.contact)
        crowded = density > self.limit[system.species]
        if not len(touching) and not crowded.any():
            return nothing(system)
        energies, slope = self.embedding(density, system.species)
        near = close_pairs(system, self.cutoff)
        i, j, vectors = pairs_of_system(system, near)
        concerned = crowded[i] | crowded[j]
        concerned[np.searchsorted(near, touching)] = True
        i, j, vectors = i[concerned], j[concerned], vectors[concerned]
        r = np.sqrt(np.einsum("pa,pa->p", vectors, vectors))
        a, b = system.species[i], system.species[j]
        phi, by_pair = self.pair(r, a, b)
        by_density = (slope[i] + slope[j]) * self.density(r, a, b)[1]
        energies = energies + np.bincount(i, 0.5 * phi, minlength=len(system))
        return summed(system, i, vectors, energies, ((by_density + by_pair) / r)[:, None] * vectors)


def _rise(x: Array) -> tuple[Array, Array]:
    """The function h of the wall, and its slope."""
    y = np.clip(x, 0.0, LINEAR)
    slope = np.expm1(y)
    # e^y - 1 - y cancels for small y, where the series serves.
    value = np.where(y < 1e-3, y**2 / 2 + y**3 / 6 + y**4 / 24, slope - y)
    beyond = np.maximum(x - LINEAR, 0.0)
    return 2 * (value + beyond * slope), 2 * slope
