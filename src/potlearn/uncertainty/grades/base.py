r"""The protocol of grades, and what they have in common: an affine map per species, and a norm.

.. math:: \gamma_i = \|\, W_{z_i 0} + b_i W_{z_i} \,\|

for an atom i of species :math:`z_i` with features :math:`b_i`.  Grades differ in how the maps are
made and in the norm.  An evaluation costs M r multiply-adds per atom.

The grade of a configuration is that of its mean environments, one for each species, among the mean
environments of the training's configurations.  Thermal motion averages out of them: they show a
strain or another density that the environments of hot atoms hide.  What is wrong with a few atoms
of many only the grades of atoms show.  Means of few atoms vary more: cells much smaller than those
of the training have higher grades.  There are fewer configurations than atoms, and with as many
features as configurations everything new would look far: four of them are asked for each feature
that is read, and the leading features (the smoothest) come first.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Protocol, Self, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from potlearn.descriptors import Descriptor, descriptor_from_dict
from potlearn.errors import DataError, ModelFileError
from potlearn.structure.neighbors import Neighbors
from potlearn.structure.species import species_indices
from potlearn.typing import Array, Atoms, Settings
from potlearn.uncertainty.grades.environments import Environments, mean_environments

Norm: TypeAlias = Callable[[Array], Array]
"""Of every row of (N, r), (N,)."""


@runtime_checkable
class Grade(Protocol):
    """A number per atom that says how far its environment is from those of the training."""

    @property
    def descriptor(self) -> Descriptor:
        """Whose features it reads: a small part of the potential's, as a rule."""

    def grade(self, features: Array, species: NDArray[np.integer]) -> Array:
        """Grades (N,) of atoms with features (N, M) of :attr:`descriptor` and species (N,)."""

    def configuration(self, features: Array, species: NDArray[np.integer]) -> float:
        """Grade of a configuration of these N atoms: that of its mean environments."""

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
    mean_maps : (n_species, 1 + M, r)
        The same for mean environments.

    Raises
    ------
    ModelFileError
        Maps of another shape, or with infinite numbers.
    """

    kind: ClassVar[str]

    descriptor: Descriptor
    maps: Array
    mean_maps: Array

    def __post_init__(self) -> None:
        for name in ("maps", "mean_maps"):
            object.__setattr__(self, name, self._checked(name))

    def _checked(self, name: str) -> Array:
        maps: Array = np.ascontiguousarray(getattr(self, name), float)
        shape = (len(self.descriptor.species), 1 + self.descriptor.n_features)
        if maps.ndim != 3 or maps.shape[:2] != shape or not maps.shape[2]:
            raise ModelFileError(
                f"{self.kind} grade: {name}: expected shape {(*shape, 'r')}, got {maps.shape}"
            )
        finite = np.isfinite(maps).all(axis=(1, 2))
        if not (finite | np.isnan(maps).all(axis=(1, 2))).all():
            raise ModelFileError(f"{self.kind} grade: {name}: NaN or infinite")
        return maps

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
        return graded(self.maps, self.norm, x, z)

    def configuration(self, features: Array, species: NDArray[np.integer]) -> float:
        """Grade of a configuration of N atoms, the largest of its mean environments'.

        Arguments and errors are those of :meth:`grade`.  Of no atoms it is 0.
        """
        x, z = np.asarray(features, float), np.asarray(species)
        self._check(x, z)
        return float(graded(self.mean_maps, self.norm, *mean_environments(x, z)).max(initial=0.0))

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
        maps = {"maps": self.maps, "mean_maps": self.mean_maps}
        return {"kind": self.kind, "descriptor": self.descriptor.to_dict(), **maps}

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`to_dict`."""
        descriptor = descriptor_from_dict(settings["descriptor"])
        return cls(descriptor, settings["maps"], settings["mean_maps"])

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


class TrainedGrade(AffineGrade):
    """A grade that is made from the environments of a training set."""

    @classmethod
    @abstractmethod
    def maps_of(cls, environments: Environments) -> Array:
        """The maps, by which no training environment has a grade above 1."""

    @classmethod
    def made(cls, environments: Environments) -> Self:
        """The grade by atoms, and by mean environments."""
        mean = replace(environments, averaged=True)
        return cls(environments.descriptor, cls.maps_of(environments), cls.maps_of(mean))


def graded(maps: Array, norm: Norm, features: Array, species: NDArray[np.integer]) -> Array:
    """Norms of the mapped features, (N,); infinite where the map of a species is NaN."""
    grades = np.full(len(features), np.inf)
    for s in np.unique(species):
        if np.isfinite(maps[s, 0, 0]):
            own = slice(None) if len(maps) == 1 else species == s
            mapped = features[own] @ maps[s, 1:]
            mapped += maps[s, 0]
            grades[own] = norm(mapped)
    return grades


def largest(maps: Array, norm: Norm, features: Array, species: NDArray[np.integer]) -> Array:
    """Largest grade of every species, (n_species,); 0 for one that is not among the atoms."""
    found = np.zeros(len(maps))
    np.maximum.at(found, species, graded(maps, norm, features, species))
    return found
