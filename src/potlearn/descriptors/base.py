"""The protocol of descriptors, and their results."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, Self, TypeAlias, runtime_checkable

from potlearn.structure.neighbors import Neighbors
from potlearn.structure.system import System
from potlearn.typing import Array, Atoms, Settings

Configurations: TypeAlias = Atoms | Sequence[Atoms] | System
"""One configuration, several side by side, or either with its neighbours already found."""


@dataclass(frozen=True)
class DesignRows:
    r"""Rows of a linear model for one configuration of N atoms, C columns.

    ``row · coefficients`` is the energy in eV, a force component in eV/Å, a virial component in eV
    (:math:`W = -dE/d\epsilon = -V\sigma`, Voigt order xx yy zz yz xz xy).  Columns are
    element-major: for every species the count of its atoms, then its M features.

    Attributes
    ----------
    energy : (C,); (B, C) for B configurations side by side
    forces : (3N, C), atom-major
    virial : (6, C), or (0, C) where it was not asked for; (6B, C)
    """

    energy: Array
    forces: Array
    virial: Array


class Gradient(NamedTuple):
    r"""Minus a gradient: forces (N, 3) in eV/Å; virial (6,), or (B, 6), in eV."""

    forces: Array
    virial: Array


class Energies(NamedTuple):
    """Energies (N,), forces (N, 3), virial (6,), or (B, 6); of S models with a leading S."""

    energies: Array
    forces: Array
    virial: Array


class Evaluator(Protocol):
    """Coefficients folded into a descriptor's polynomials: the fast path of a simulation."""

    def __call__(
        self, atoms: Configurations, neighbors: Neighbors | None = None, *, threads: int = 1
    ) -> Energies:
        """Energies, forces and virial."""


@runtime_checkable
class Descriptor(Protocol):
    r"""A map from an atom's environment to M features, invariant under rotation and permutation.

    It is frozen data.  Every operation takes one configuration or several side by side
    (:data:`Configurations`), a neighbour list that reaches at least as far as the cutoff, if there
    is one already, and the number of threads, which changes no bit of the result.

    With :math:`E = \sum_{ik} w_{ik} B_k(i)`:

    ==========  ============================================================
    operation   gives
    ==========  ============================================================
    features    :math:`B_k(i)`
    vjp         :math:`-\partial E / \partial x` and the virial, at fixed w
    jvp         :math:`\delta B_k(i)` along displacements and a strain
    rows        rows of a linear fit
    fold        energies and forces of given coefficients, as fast as can be
    prune       the descriptor of some of its features
    ==========  ============================================================
    """

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

    def features(
        self, atoms: Configurations, neighbors: Neighbors | None = None, *, threads: int = 1
    ) -> Array:
        """Features of every atom, (N, M)."""

    def vjp(
        self,
        atoms: Configurations,
        weights: Array,
        neighbors: Neighbors | None = None,
        *,
        threads: int = 1,
    ) -> Gradient:
        r"""Forces and virial of :math:`\sum_{ik} w_{ik} B_k(i)` at fixed weights (N, M)."""

    def jvp(
        self,
        atoms: Configurations,
        displacements: Array | None = None,
        strain: Array | None = None,
        neighbors: Neighbors | None = None,
        *,
        threads: int = 1,
    ) -> Array:
        r"""Derivative of the features (N, M) along displacements and a strain.

        .. math:: \delta r_{ij} = u_j - u_i + \epsilon\, r_{ij}

        with ``u`` (N, 3) and :math:`\epsilon` (3, 3), or (B, 3, 3) for several configurations.
        """

    def rows(
        self,
        atoms: Configurations,
        neighbors: Neighbors | None = None,
        *,
        virial: bool = True,
        threads: int = 1,
    ) -> DesignRows:
        """Rows of the linear model."""

    def fold(self, coefficients: Array) -> Evaluator:
        """The linear model of coefficients (n_species, 1 + M), or S of them (S, n_species, 1 + M).

        The first column is the one-body energy.  Folding takes time; the result is kept by whoever
        asked for it.
        """

    def prune(self, names: Sequence[str]) -> Self:
        """The descriptor of the named features, in this order.

        Raises
        ------
        BasisError
            A name that is not a feature, or no name.
        """

    def to_dict(self) -> Settings:
        """Settings that rebuild the descriptor."""


@runtime_checkable
class NeedsData(Protocol):
    """A descriptor that is completed by the data of a fit, as environment clusters are.

    One that has an attribute ``reason`` says there in a sentence what the data decided, and why.
    """

    def prepared(self, configurations: Iterable[Atoms]) -> Descriptor:
        """The complete descriptor; itself if it lacks nothing."""
