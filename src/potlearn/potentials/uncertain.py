"""Potentials that may know their expected errors."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection
from functools import cached_property
from typing import ClassVar

from potlearn.errors import UncertaintyError
from potlearn.potentials.referenced import ReferencedPotential
from potlearn.potentials.spread import PARTS, Spread, Spreader, Uncertainty
from potlearn.structure.neighbors import Neighbors
from potlearn.structure.system import System
from potlearn.typing import Atoms


class UncertainPotential(ReferencedPotential):
    """A potential that may have an uncertainty; a subclass binds it to its evaluators."""

    uncertainty: Uncertainty | None

    way_to_uncertainty: ClassVar[str]
    """What to do to get an uncertainty, for messages."""

    @abstractmethod
    def _bound(self) -> Spreader:
        """The uncertainty, made ready; called only where there is one."""

    @cached_property
    def spreader(self) -> Spreader:
        """The uncertainty, made ready for the potential's features; made once.

        Raises
        ------
        UncertaintyError
            The potential has no uncertainty.
        """
        if self.uncertainty is None:
            raise UncertaintyError(f"the potential has no uncertainty; {self.way_to_uncertainty}")
        return self._bound()

    def spread(
        self,
        atoms: Atoms,
        neighbors: Neighbors | None = None,
        *,
        wanted: Collection[str] = PARTS,
        threads: int = 1,
    ) -> Spread:
        """Expected errors of :meth:`predict`.

        Parameters
        ----------
        atoms, neighbors, threads :
            As of :meth:`predict`.
        wanted : collection of str
            Which of energy, forces, stress and gamma; each costs time.

        Raises
        ------
        UncertaintyError
            The potential has no uncertainty, or a part is unknown.
        """
        spreader = self.spreader
        unknown = [part for part in wanted if part not in PARTS]
        if unknown:
            raise UncertaintyError(
                f"spread: unknown part {unknown[0]!r}; expected {', '.join(PARTS)}"
            )
        system = System.of(atoms, self.species, self.descriptor.cutoff, neighbors)
        volume = float(atoms.get_volume()) if atoms.cell.rank == 3 else float("nan")
        return spreader(system, volume, wanted, threads=threads)
