r"""The protocol of grades, and what they have in common: an affine map per species, and a norm.

.. math:: \gamma_i = \|\, W_{z_i 0} + b_i W_{z_i} \,\|

for an atom i of species :math:`z_i` with features :math:`b_i`.  Grades differ in how the maps are
made and in the norm.  An evaluation costs M r multiply-adds per atom.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from potlearn.descriptors import Descriptor, descriptor_from_dict
from potlearn.errors import DataError, ModelFileError
from potlearn.structure.neighbors import Neighbors
from potlearn.structure.species import species_indices
from potlearn.typing import Array, Atoms, Settings


@runtime_checkable
class Grade(Protocol):
    """A number per atom that says how far its environment is from those of the training."""

    @property
    def descriptor(self) -> Descriptor:
        """Whose features it reads: a small part of the potential's, as a rule."""

    def grade(self, features: Array, species: NDArray[np.integer]) -> Array:
        """Grades (N,) of atoms with features (N, M) of :attr:`descriptor` and species (N,)."""

    def of(self, atoms: Atoms, neighbors: Neighbors | None = None, *, threads: int = 1) -> Array:
        """Grades (N,) of the atoms of a configuration."""

    def to_dict(self) -> Settings:
        """Settings that rebuild the grade, ``kind`` included; arrays stay arrays."""


@dataclass(frozen=True, eq=False)
class AffineGrade(ABC):
    """A grade that is the norm of an affine map of an atom's features.

    Attributes
    ----------
    descriptor : Descriptor
        Whose M features are read; its species number those of the maps.
    maps : (n_species, 1 + M, r)
        Constants, then the coefficients of the features.  NaN for a species without training
        environments, all of whose atoms have an infinite grade.

    Raises
    ------
    ModelFileError
        Maps of another shape, or with infinite numbers.
    """

    kind: ClassVar[str]

    descriptor: Descriptor
    maps: Array

    def __post_init__(self) -> None:
        maps = np.ascontiguousarray(self.maps, float)
        shape = (len(self.descriptor.species), 1 + self.descriptor.n_features)
        if maps.ndim != 3 or maps.shape[:2] != shape or not maps.shape[2]:
            raise ModelFileError(
                f"{self.kind} grade: maps: expected shape {(*shape, 'r')}, got {maps.shape}"
            )
        finite = np.isfinite(maps).all(axis=(1, 2))
        if not (finite | np.isnan(maps).all(axis=(1, 2))).all():
            raise ModelFileError(f"{self.kind} grade: maps: NaN or infinite")
        object.__setattr__(self, "maps", maps)

    @staticmethod
    @abstractmethod
    def norm(mapped: Array) -> Array:
        """Norm of every row of (N, r), (N,)."""

    @property
    def known(self) -> tuple[str, ...]:
        """Species that the training had."""
        return tuple(
            s
            for s, map_ in zip(self.descriptor.species, self.maps, strict=True)
            if np.isfinite(map_[0, 0])
        )

    def grade(self, features: Array, species: NDArray[np.integer]) -> Array:
        """Grades (N,) of atoms with features (N, M) and indices of species (N,).

        Infinite for a species without training environments.

        Raises
        ------
        DataError
            Arrays of other shapes, features that are not finite, or an unknown index of species.
        """
        x, z = np.asarray(features, float), np.asarray(species)
        self._check(x, z)
        if len(self.maps) == 1:
            return self._of_species(x, 0)
        grades = np.empty(len(x))
        for s in np.unique(z):
            grades[z == s] = self._of_species(x[z == s], s)
        return grades

    def of(self, atoms: Atoms, neighbors: Neighbors | None = None, *, threads: int = 1) -> Array:
        """Grades (N,) of the atoms of a configuration.

        Raises
        ------
        SpeciesError
            An element that the descriptor does not know.
        """
        species = species_indices(atoms, self.descriptor.species)
        return self.grade(self.descriptor.features(atoms, neighbors, threads=threads), species)

    def to_dict(self) -> Settings:
        """Settings that rebuild the grade."""
        return {"kind": self.kind, "descriptor": self.descriptor.to_dict(), "maps": self.maps}

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`to_dict`."""
        return cls(descriptor_from_dict(settings["descriptor"]), settings["maps"])

    def _of_species(self, x: Array, s: int) -> Array:
        map_ = self.maps[s]
        if np.isnan(map_[0, 0]):
            return np.full(len(x), np.inf)
        mapped = x @ map_[1:]
        mapped += map_[0]
        return self.norm(mapped)

    def _check(self, x: Array, z: NDArray[Any]) -> None:
        n_species, columns, _ = self.maps.shape
        if x.ndim != 2 or x.shape[1] != columns - 1:
            raise DataError(
                f"{self.kind} grade: expected features (N, {columns - 1}) of its own descriptor "
                f"(grade.descriptor), got {x.shape}"
            )
        if z.shape != (len(x),):
            raise DataError(f"{self.kind} grade: expected {len(x)} species, got {z.shape}")
        if len(z) and not 0 <= z.min() <= z.max() < n_species:
            raise DataError(
                f"{self.kind} grade: expected species from 0 to {n_species - 1}, got "
                f"{z.min()} to {z.max()}"
            )
        if not np.isfinite(x).all():
            atom = int(np.flatnonzero(~np.isfinite(x).all(axis=1))[0])
            raise DataError(f"{self.kind} grade: atom {atom}: NaN or Inf in its features")


def largest(grade: AffineGrade, features: Array, species: NDArray[np.integer]) -> Array:
    """Largest grade of every species, (n_species,); 0 for one that is not among the atoms."""
    found = np.zeros(len(grade.maps))
    np.maximum.at(found, species, grade.grade(features, species))
    return found
