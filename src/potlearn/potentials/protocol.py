"""What every potential offers."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from ..data.neighbors import Neighbors
from .prediction import Prediction


@runtime_checkable
class Potential(Protocol):
    """An energy as a sum over atoms, with forces and virial."""

    @property
    def species(self) -> tuple[str, ...]:
        """Chemical symbols that it knows."""

    @property
    def cutoff(self) -> float:
        """Largest distance that matters, in Å."""

    def predict(self, atoms: Any, neighbors: Neighbors | None = None) -> Prediction:
        """Energies, forces and virial; the neighbour list may reach further than the cutoff."""

    def to_dict(self) -> dict[str, Any]:
        """Settings that rebuild the potential, ``kind`` included; arrays stay arrays."""
