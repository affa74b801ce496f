"""What an uncertainty of a potential gives, and what it must offer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from potlearn.errors import UncertaintyError
from potlearn.registry import Registry
from potlearn.typing import Array, Settings

if TYPE_CHECKING:
    from potlearn.descriptors import Descriptor
    from potlearn.engine import Network
    from potlearn.structure.system import System

PARTS = ("energy", "forces", "stress", "gamma")
"""What a spread may hold."""


@dataclass(frozen=True)
class Spread:
    r"""Expected errors of a prediction; what was not asked for is None.

    A standard deviation is the half width of the interval that holds 68.27 % of the errors.

    Attributes
    ----------
    energy : float
        Of the total energy, in eV.
    forces : (N, 3)
        Of every force component, in eV/Å.
    stress : (6,)
        Of the stress, in eV/Å³, Voigt xx yy zz yz xz xy; NaN without a volume.
    gamma : (N,)
        Extrapolation grade of every atom: at most 1 for environments of the training set.
    gamma_configuration : float
        Grade of the mean environments among those of the training set's configurations: it finds
        strains and densities that thermal motion hides from the grades of atoms.
    """

    energy: float | None = None
    forces: Array | None = None
    stress: Array | None = None
    gamma: Array | None = None
    gamma_configuration: float | None = None

    @property
    def forces_atom(self) -> Array | None:
        r"""Of every atom's force vector, :math:`\sqrt{\sum_a s_{ia}^2}`, (N,), in eV/Å."""
        return None if self.forces is None else np.linalg.norm(self.forces, axis=1)


class Spreader(Protocol):
    """An uncertainty made ready for a descriptor."""

    def __call__(
        self, system: System, volume: float, wanted: Collection[str], *, threads: int = 1
    ) -> Spread:
        """Expected errors of one configuration of ``volume`` Å³ (NaN: it has none)."""


@runtime_checkable
class Uncertainty(Protocol):
    """Expected errors of a potential's model; a kind of potential asks for more, see below."""

    @property
    def parts(self) -> tuple[str, ...]:
        """Which of :data:`PARTS` it gives."""

    def factor(self, quantity: str, level: float) -> float:
        """Half width of the interval of probability ``level``, in standard deviations."""

    def to_dict(self) -> Settings:
        """Settings that rebuild it, ``kind`` included; arrays stay arrays."""


@runtime_checkable
class LinearUncertainty(Uncertainty, Protocol):
    """Expected errors of the linear model of a descriptor."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the coefficients that it belongs to, (n_species, 1 + M)."""

    def bind(self, descriptor: Descriptor) -> Spreader:
        """Make it ready for configurations; takes time, the result is kept by whoever asked."""

    def draw(self, n: int, rng: np.random.Generator) -> Array:
        """Deviations of the coefficients, drawn at random, (n, n_species, 1 + M), in eV."""


@runtime_checkable
class MembersUncertainty(Uncertainty, Protocol):
    """Expected errors of an ensemble, from how far apart its members are."""

    @property
    def n_members(self) -> int:
        """Number of members that it belongs to."""

    def bind(self, descriptor: Descriptor, members: Sequence[Network]) -> Spreader:
        """Make it ready for the members of an ensemble, networks of a descriptor's features."""


UNCERTAINTIES: Registry[type[Any]] = Registry(
    "kind of saved uncertainty",
    UncertaintyError,
    {
        "quadratic": "potlearn.uncertainty.quadratic:QuadraticUncertainty",
        "ensemble": "potlearn.uncertainty.ensemble:EnsembleUncertainty",
    },
)


def uncertainty_from_dict(settings: Mapping[str, Any]) -> Uncertainty:
    """The uncertainty that ``Uncertainty.to_dict`` described."""
    given = dict(settings)
    found: Uncertainty = UNCERTAINTIES.load(given.pop("kind", None)).from_dict(given)
    return found
