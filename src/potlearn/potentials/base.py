"""The protocol of potentials, and their predictions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeGuard, runtime_checkable

from potlearn.descriptors.base import Energies
from potlearn.structure.neighbors import Neighbors
from potlearn.structure.system import System
from potlearn.typing import Array, Atoms, Settings


@dataclass(frozen=True)
class Prediction:
    r"""Energy and its derivatives.

    Attributes
    ----------
    energies : (N,)
        Energy of every atom, in eV.
    forces : (N, 3)
        :math:`-\partial E / \partial x`, in eV/Å.
    virial : (6,)
        :math:`W = -\partial E / \partial \epsilon = -V \sigma` in eV, Voigt xx yy zz yz xz xy.
    """

    energies: Array
    forces: Array
    virial: Array

    @property
    def energy(self) -> float:
        """Total energy in eV."""
        return float(self.energies.sum())

    def stress(self, volume: float) -> Array:
        """Stress (6,) in eV/Å³, tensile positive."""
        return -self.virial / volume

    def scaled(self, factor: float) -> Prediction:
        """The prediction of the potential times a factor."""
        return Prediction(factor * self.energies, factor * self.forces, factor * self.virial)

    def __add__(self, other: Prediction) -> Prediction:
        return Prediction(
            self.energies + other.energies,
            self.forces + other.forces,
            self.virial + other.virial,
        )


@runtime_checkable
class Potential(Protocol):
    """An energy as a sum over atoms, with forces and virial."""

    @property
    def species(self) -> tuple[str, ...]:
        """Chemical symbols that it knows."""

    @property
    def cutoff(self) -> float:
        """Largest distance that matters, in Å."""

    def predict(
        self, atoms: Atoms, neighbors: Neighbors | None = None, *, threads: int = 1
    ) -> Prediction:
        """Energies, forces and virial; the neighbour list may reach further than the cutoff.

        The number of threads changes no bit of the result.
        """

    def to_dict(self) -> Settings:
        """Settings that rebuild the potential, ``kind`` included; arrays stay arrays."""


class ForSystems(Potential, Protocol):
    """A potential that also evaluates configurations made ready, several side by side."""

    def of_system(self, system: System, *, threads: int = 1) -> Energies:
        """Energies (N,), forces (N, 3), virial (6,), or (B, 6), of a system of its species."""


def for_systems(potential: object) -> TypeGuard[ForSystems]:
    """Whether a potential, and every one of its ``components``, takes configurations side by side.

    ``isinstance`` would look at every member of a protocol, in every step of a simulation, and not
    at the components: a sum has the method, but its terms may not.
    """
    components = getattr(potential, "components", ())
    return hasattr(potential, "of_system") and all(map(for_systems, components))
