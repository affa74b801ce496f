"""What the data cover: distances, densities, and the most stable configurations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from potlearn.engine import densities
from potlearn.fit.beyond.shortest import assumed, with_shortest
from potlearn.structure.bonds import (
    Nearest,
    Pair,
    bond_lengths,
    covalent_length,
    sampled,
    sight,
)
from potlearn.structure.neighbors import neighbors as neighbor_list
from potlearn.structure.species import species_indices
from potlearn.structure.system import System
from potlearn.typing import Array, Atoms

if TYPE_CHECKING:
    from potlearn.data import Dataset

REACH = 1.5
"""Reach of the density in typical distances: first neighbours count much, second ones little."""
ROOM = 1.05
"""Densities up to this many times the largest of the data count as covered."""
CLOSER, CLOSEST = 0.98, 0.95
"""The same for distances: room that is always left, and the smallest step."""
FARTHEST = 1.25
"""Largest step from the densest configuration to one that may be in other data."""


@dataclass(frozen=True)
class Phase:
    """The configuration of lowest energy of one composition.

    Attributes
    ----------
    composition : (S,)
        Fraction of each species.
    energy : float
        Label, in eV/atom.
    volume : float
        In Å³/atom.
    filled : bool
        Whether it has no vacuum: the volume is that of the atoms.
    atoms : ase.Atoms
    """

    composition: Array
    energy: float
    volume: float
    filled: bool
    atoms: Any


@dataclass(frozen=True)
class Coverage:
    """What the data cover.

    Attributes
    ----------
    species : tuple of str
    shortest : mapping of pair to float
        Shortest distances (:func:`~potlearn.fit.beyond.shortest_distances`), in Å.
    typical : (S, S)
        Length of a bond (:class:`~potlearn.structure.Bonds`), in Å.  Pairs that the data lack have
        the sum of their covalent radii, scaled as those that they hold.
    contact : (S, S)
        Distance below which pairs are closer than the data cover, in Å: the shortest one, less room
        for other data of the same kind.
    limit : (S,)
        Density of :class:`~potlearn.potentials.wall.Wall` up to which atoms are covered.
    phases : tuple of Phase
        Periodic configurations of lowest energy, one for each composition.
    """

    species: tuple[str, ...]
    shortest: Mapping[Pair, float]
    typical: Array
    contact: Array
    limit: Array
    phases: tuple[Phase, ...]

    @classmethod
    def of(cls, dataset: Dataset, species: tuple[str, ...]) -> Coverage:
        """Look through the data twice: for distances, then for densities."""
        three, lengths = _distances(dataset, species)
        shortest = assumed(three[0], species)
        typical = np.maximum(_typical(lengths, species), table(shortest, species))
        limit = _density_limit(dataset, species, REACH * typical)
        contact = _contact(three) * table(shortest, species)
        phases = tuple(_phases(dataset, species))
        return cls(tuple(species), shortest, typical, contact, limit, phases)

    def contact_of(self, a: str, b: str) -> float:
        """Contact of one pair, in Å."""
        return float(self.contact[self.species.index(a), self.species.index(b)])

    @property
    def reach(self) -> Array:
        """Reach of the density, (S, S)."""
        return REACH * self.typical


def table(values: Mapping[Pair, float], species: tuple[str, ...]) -> Array:
    """Values of pairs as a symmetric table (S, S)."""
    found = np.zeros((len(species), len(species)))
    for (a, b), value in values.items():
        i, j = species.index(a), species.index(b)
        found[i, j] = found[j, i] = value
    return found


def _contact(three: Array) -> Array:
    r"""Contact of pairs in their shortest distances, (S, S): :math:`0.98 \max(d_1 / d_3, 0.95)`.

    With the smallest and third smallest of the configurations' shortest distances, for the reason
    of :func:`_density_limit`.
    """
    with np.errstate(invalid="ignore"):
        ratio = np.nan_to_num(three[0] / three[2], nan=0.0)
    found: Array = CLOSER * np.maximum(ratio, CLOSEST)
    return found


def _density_limit(dataset: Dataset, species: tuple[str, ...], reach: Array) -> Array:
    r"""Densities that count as covered, for each species (S,).

    .. math:: \bar\rho = 1.05 \, \rho_1 \min(\rho_1 / \rho_3, 1.25)

    with the largest and third largest of the configurations' largest densities.  In a series of
    compressed cells the next one, which may be in other data, is about as far away as the last ones
    are from one another.
    """
    largest = np.full((3, len(species)), (1 - 1 / REACH**2) ** 4)  # one neighbour, as in a bond
    for atoms in dataset.geometries():
        system = System.of(atoms, species, float(reach.max()))
        density, _ = densities(system, reach, np.zeros_like(reach))
        here = np.zeros(len(species))
        np.maximum.at(here, system.species, density)
        largest = np.sort(np.vstack([largest, here]), axis=0)[1:]
    found: Array = ROOM * largest[2] * np.minimum(largest[2] / largest[0], FARTHEST)
    return found


def _distances(dataset: Dataset, species: tuple[str, ...]) -> tuple[Array, dict[Pair, float]]:
    """Three smallest of the shortest distances (3, S, S), and bond lengths, in one pass."""
    n, far = len(species), sight(species)
    three, bonds = np.full((3, n, n), np.inf), set(sampled(len(dataset)).tolist())
    sample = []
    for k, atoms in enumerate(dataset.geometries()):
        here = Nearest.of(atoms, species, far)
        three = with_shortest(three, here)
        if k in bonds:
            sample.append(here)
    return three, bond_lengths(sample, species)


def _typical(known: Mapping[Pair, float], species: tuple[str, ...]) -> Array:
    """Bond lengths (S, S); those of absent pairs from covalent radii."""
    radii = np.array([[covalent_length(a, b) for b in species] for a in species])
    found = table(known, species)
    scale = np.median((found / radii)[found > 0]) if known else 1.0
    return np.where(found > 0, found, scale * radii)


def _phases(dataset: Dataset, species: tuple[str, ...]) -> Iterator[Phase]:
    """Most stable periodic configuration of each composition, isolated atoms left out."""
    energies, far = dataset.energies / dataset.n_atoms, sight(species)
    seen: set[tuple[float, ...]] = set()
    for k in np.argsort(energies, kind="stable").tolist():
        if not np.isfinite(energies[k]):
            break
        atoms = dataset.geometry(k)
        index = species_indices(atoms, species)
        composition = np.bincount(index, minlength=len(species)) / len(atoms)
        key = tuple(np.round(composition, 6).tolist())
        if key in seen or not atoms.pbc.all() or not len(neighbor_list(atoms, far).j):
            continue
        seen.add(key)
        volume = atoms.get_volume() / len(atoms)
        yield Phase(composition, float(energies[k]), volume, is_filled(atoms, far), atoms)


def is_filled(atoms: Atoms, widest: float) -> bool:
    """Whether a periodic configuration has no layer of vacuum that is wider than a gap in Å."""
    cell = np.array(atoms.cell)
    normals = np.cross(np.roll(cell, -1, 0), np.roll(cell, -2, 0))
    heights = atoms.get_volume() / np.linalg.norm(normals, axis=1)
    planes = np.sort(atoms.get_scaled_positions(), axis=0)
    gaps = np.diff(planes, axis=0, append=planes[:1] + 1).max(0)
    return bool((gaps * heights <= widest).all())
