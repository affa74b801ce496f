"""Potentials that are plain data and evaluate configurations made ready."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, fields
from typing import ClassVar, Self

from typing_extensions import override

from potlearn.descriptors.base import Energies
from potlearn.potentials.base import Prediction
from potlearn.potentials.operations import PotentialBase
from potlearn.structure.neighbors import Neighbors
from potlearn.structure.system import System
from potlearn.typing import Atoms, Settings


@dataclass(frozen=True, eq=False)
class SystemPotential(PotentialBase):
    """A dataclass of species and numbers; a subclass gives ``cutoff`` and ``of_system``."""

    kind: ClassVar[str]
    """Name of the potential in files."""

    species: tuple[str, ...]

    @property
    @abstractmethod
    def cutoff(self) -> float:
        """Largest distance that matters, in Å."""

    @abstractmethod
    def of_system(self, system: System, *, threads: int = 1) -> Energies:
        """Energies, forces and virial of a system of its species."""

    @override
    def predict(
        self, atoms: Atoms, neighbors: Neighbors | None = None, *, threads: int = 1
    ) -> Prediction:
        system = System.of(atoms, self.species, self.cutoff, neighbors)
        return Prediction(*self.of_system(system, threads=threads))

    def to_dict(self) -> Settings:
        """Settings that rebuild the potential, ``kind`` included."""
        settings = {f.name: getattr(self, f.name) for f in fields(self)}
        return {"kind": self.kind} | settings | {"species": list(self.species)}

    @classmethod
    def from_dict(cls, settings: Settings) -> Self:
        """The inverse of :meth:`to_dict`."""
        return cls(**{k: v for k, v in settings.items() if k != "kind"})
