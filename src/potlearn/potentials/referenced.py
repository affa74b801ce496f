"""Potentials that are a model of a descriptor on top of an optional reference potential."""

from __future__ import annotations

from abc import abstractmethod

from typing_extensions import override

from potlearn.descriptors import Descriptor, Evaluator
from potlearn.descriptors.base import Energies
from potlearn.potentials.base import Potential, Prediction, for_systems
from potlearn.potentials.operations import PotentialBase
from potlearn.potentials.sum import SumPotential
from potlearn.structure.neighbors import Neighbors
from potlearn.structure.neighbors import neighbors as neighbor_list
from potlearn.structure.system import System
from potlearn.typing import Atoms


class ReferencedPotential(PotentialBase):
    """A subclass gives ``descriptor``, ``reference`` and the evaluator of its model."""

    descriptor: Descriptor
    reference: Potential | None

    @property
    @abstractmethod
    def evaluator(self) -> Evaluator:
        """The model without its reference, made ready; made once."""

    @property
    def components(self) -> tuple[Potential, ...]:
        """The reference, if there is one."""
        return () if self.reference is None else (self.reference,)

    @property
    def species(self) -> tuple[str, ...]:
        """Chemical symbols that it knows."""
        return self.descriptor.species

    @property
    def cutoff(self) -> float:
        """Largest distance that matters, in Å."""
        return max(self.descriptor.cutoff, self.reference.cutoff if self.reference else 0.0)

    @override
    def predict(
        self, atoms: Atoms, neighbors: Neighbors | None = None, *, threads: int = 1
    ) -> Prediction:
        list_ = neighbors or neighbor_list(atoms, self.cutoff)
        reference = self.reference
        if for_systems(reference):
            system = System.of(atoms, self.species, self.cutoff, list_)
            return Prediction(*self.of_system(system, threads=threads))
        many_body = Prediction(*self.evaluator(atoms, list_, threads=threads))
        if reference is None:
            return many_body
        return many_body + reference.predict(atoms, list_, threads=threads)

    def of_system(self, system: System, *, threads: int = 1) -> Energies:
        """Energies, forces and virial of a system of its species.

        Raises
        ------
        ConfigError
            The reference evaluates single configurations only.
        """
        many_body = self.evaluator(system, threads=threads)
        if self.reference is None:
            return many_body
        below = SumPotential(((1.0, self.reference),)).of_system(
            system.renumbered(self.species, self.reference.species), threads=threads
        )
        return Energies(*(a + b for a, b in zip(many_body, below, strict=True)))
