"""Operations of every potential: save, run in ASE, add and scale."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from potlearn.potentials.base import Potential, Prediction
from potlearn.potentials.kinds import KINDS
from potlearn.structure.neighbors import Neighbors
from potlearn.typing import Atoms

if TYPE_CHECKING:
    from potlearn.potentials.calculator import PotlearnCalculator


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

    def __mul__(self: Any, weight: float) -> PotentialBase:
        return _sum(((float(weight), self),))

    __rmul__ = __mul__

    def __add__(self: Any, other: Potential) -> PotentialBase:
        return _sum(((1.0, self), (1.0, other)))

    def __sub__(self: Any, other: Potential) -> PotentialBase:
        return _sum(((1.0, self), (-1.0, other)))

    def __neg__(self: Any) -> PotentialBase:
        return _sum(((-1.0, self),))


def _sum(terms: tuple[tuple[float, Any], ...]) -> PotentialBase:
    found: PotentialBase = KINDS["sum"](terms)
    return found
