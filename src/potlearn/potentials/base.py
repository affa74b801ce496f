"""Potentials: what they predict, what they offer, and what all of them can do beside."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from potlearn.potentials.kinds import KINDS
from potlearn.structure.neighbors import Neighbors
from potlearn.typing import Array, Atoms

if TYPE_CHECKING:
    from potlearn.potentials.calculator import PotlearnCalculator
    from potlearn.potentials.sum import SumPotential


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

    def to_dict(self) -> dict[str, Any]:
        """Settings that rebuild the potential, ``kind`` included; arrays stay arrays."""


class PotentialBase(ABC):
    """Archive, calculator, and the arithmetic of ``a * p + b * q``."""

    __array_ufunc__ = None  # a NumPy number times a potential is ours to work out

    @abstractmethod
    def predict(
        self, atoms: Atoms, neighbors: Neighbors | None = None, *, threads: int = 1
    ) -> Prediction:
        """Energies, forces and virial; the neighbour list may reach further than the cutoff."""

    def calculator(self: Any, skin: float = 0.5, threads: int = 1) -> PotlearnCalculator:
        """ASE calculator that keeps its neighbour list while no atom moves more than skin/2 Å."""
        from potlearn.potentials.calculator import PotlearnCalculator

        return PotlearnCalculator(self, skin=skin, threads=threads)

    def save(self, path: str | Path) -> None:
        """Write one file: JSON and arrays in a zip, no pickle."""
        from potlearn.potentials.archive import save

        save(self, path)

    def __mul__(self: Any, weight: float) -> SumPotential:
        return _sum(((float(weight), self),))

    __rmul__ = __mul__

    def __add__(self: Any, other: Potential) -> SumPotential:
        return _sum(((1.0, self), (1.0, other)))

    def __sub__(self: Any, other: Potential) -> SumPotential:
        return _sum(((1.0, self), (-1.0, other)))

    def __neg__(self: Any) -> SumPotential:
        return _sum(((-1.0, self),))


def _sum(terms: tuple[tuple[float, Any], ...]) -> SumPotential:
    found: SumPotential = KINDS["sum"](terms)
    return found
