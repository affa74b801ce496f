"""What every descriptor offers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from potlearn.structure.neighbors import Neighbors
from potlearn.typing import Array, Atoms


@dataclass(frozen=True)
class DesignRows:
    r"""Rows of a linear model for one configuration of N atoms, C columns.

    ``row · coefficients`` is the energy in eV, a force component in eV/Å, a virial component in eV
    (:math:`W = -dE/d\epsilon = -V\sigma`, Voigt order xx yy zz yz xz xy).  Columns are
    element-major: for every species the count of its atoms, then its M features.

    Attributes
    ----------
    energy : (C,)
    forces : (3N, C), atom-major
    virial : (6, C), or (0, C) where it was not asked for
    """

    energy: Array
    forces: Array
    virial: Array


@runtime_checkable
class Descriptor(Protocol):
    """A map from an atom's environment to M features, invariant under rotation and permutation."""

    @property
    def species(self) -> tuple[str, ...]:
        """Chemical symbols that it knows."""

    @property
    def cutoff(self) -> float:
        """Largest distance that matters, in Å."""

    @property
    def n_features(self) -> int:
        """Number M of features per atom."""

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Identity of each feature, independent of its position."""

    @property
    def smoothness(self) -> Array | None:
        """How much a fit's penalty weighs each feature, (M,); None: by the size of its column."""

    def descriptors(self, atoms: Atoms, neighbors: Neighbors | None = None) -> Array:
        """Features of every atom, (N, M)."""

    def design(
        self, atoms: Atoms, neighbors: Neighbors | None = None, virial: bool = True
    ) -> DesignRows:
        """Rows of the linear model."""

    def linear_model(
        self, atoms: Atoms, coefficients: Array, neighbors: Neighbors | None = None
    ) -> tuple[Array, Array, Array]:
        """Energies (N,), forces (N, 3), virial (6,) of coefficients (n_species, 1 + M)."""

    def to_dict(self) -> dict[str, Any]:
        """Settings that rebuild the descriptor."""
