"""Configurations as the engine sees them: one, or several side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from potlearn.structure.neighbors import Neighbors, neighbors, side_by_side
from potlearn.structure.species import indices_of, species_indices
from potlearn.typing import Array, Atoms, Species


@dataclass(frozen=True, eq=False)
class System:
    """One configuration, or several side by side, with their neighbours.

    Made once, it serves any number of evaluations at the same positions.

    Attributes
    ----------
    positions : (N, 3)
        Of all atoms, configuration after configuration, in Å.
    species : (N,)
        Index of each atom's element.
    neighbors : Neighbors
        Full list of all atoms; it may reach further than the cutoff.
    owner : (N,) or None
        Configuration of each atom.  None: there is one configuration, and results have no axis
        for configurations.
    n_systems : int
        Number of configurations.
    """

    positions: Array
    species: Species
    neighbors: Neighbors
    owner: Species | None = None
    n_systems: int = 1
    views: dict[str, Any] = field(default_factory=dict, init=False, repr=False)
    """Caches of a backend, such as the compiled view; not pickled."""

    def __len__(self) -> int:
        return len(self.species)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "views": {}}

    def renumbered(self, known: Sequence[str], species: Sequence[str]) -> System:
        """The system for a model that numbers its species differently; itself where it does not.

        ``known`` are the symbols by the present numbers, ``species`` those of the other model.

        Raises
        ------
        SpeciesError
            An element that is not among ``species``.
        """
        if tuple(known) == tuple(species):
            return self
        present = np.unique(self.species)
        table = np.full(len(known), -1, np.int32)
        table[present] = indices_of([known[k] for k in present], species)
        return replace(self, species=table[self.species])

    @classmethod
    def of(
        cls,
        atoms: Atoms | Sequence[Atoms] | System,
        species: Sequence[str],
        cutoff: float,
        list_: Neighbors | None = None,
    ) -> System:
        """The system of an ``ase.Atoms``, or of several side by side; a system is passed through.

        Parameters
        ----------
        atoms : Atoms, sequence of Atoms, or System
        species : sequence of str
            Chemical symbols that the model knows.
        cutoff : float
            Reach of the neighbour lists that are made, in Å.
        list_ : Neighbors, optional
            Neighbour list of the atoms (of several: side by side), at least that long.

        Raises
        ------
        SpeciesError
            An element that is not among ``species``.
        """
        if isinstance(atoms, System):
            return atoms
        if not isinstance(atoms, Sequence):
            index = species_indices(atoms, species)
            return cls(atoms.positions, index, list_ or neighbors(atoms, cutoff))
        several = list(atoms)
        sizes = [len(a) for a in several]
        return cls(
            np.concatenate([np.zeros((0, 3)), *(a.positions for a in several)]),
            np.concatenate(
                [np.zeros(0, np.int32), *(species_indices(a, species) for a in several)]
            ),
            list_ or side_by_side([neighbors(a, cutoff) for a in several], cutoff),
            np.repeat(np.arange(len(several), dtype=np.int32), sizes),
            len(several),
        )

    @classmethod
    def joined(cls, systems: Sequence[System], cutoff: float) -> System:
        """Systems of one configuration each, at least one, side by side; lists reach ``cutoff``."""
        return cls(
            np.concatenate([s.positions for s in systems]),
            np.concatenate([s.species for s in systems]),
            side_by_side([s.neighbors for s in systems], cutoff),
            np.repeat(np.arange(len(systems), dtype=np.int32), [len(s) for s in systems]),
            len(systems),
        )
