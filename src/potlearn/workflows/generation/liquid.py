"""Disordered packings, as in liquids and glasses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge, Gt, Le
from typing_extensions import override

from potlearn.errors import LearningError
from potlearn.runtime import check_fields
from potlearn.structure.bonds import covalent_length
from potlearn.structure.packing import push_apart
from potlearn.structure.species import check_species
from potlearn.typing import Atoms
from potlearn.workflows.generation.base import Generator, bare
from potlearn.workflows.generation.volumes import atomic_volume

STEPS = 200
"""Most steps that push atoms apart."""


@dataclass(frozen=True)
class Liquid(Generator):
    """Random cubic cells whose atoms have been pushed apart until no two are too close."""

    species: tuple[str, ...]
    """Chemical symbols; each structure draws its composition."""
    atoms: Annotated[int, Ge(2)] = 32
    """Atoms of a cell."""
    count: Annotated[int, Ge(1)] = 2
    """Number of structures."""
    volumes: tuple[Annotated[float, Gt(0)], ...] = (0.95, 1.1)
    """Volumes per atom in those of the elements' crystals, in turn."""
    closest: Annotated[float, Gt(0), Le(1)] = 0.85
    """Least distance, in lengths of a covalent bond."""

    def __post_init__(self) -> None:
        check_fields(self, "liquid", LearningError)
        check_species(self.species, "liquid", LearningError)

    @override
    def generate(
        self, given: Sequence[Atoms], rng: np.random.Generator, calculator: Any = None
    ) -> list[Atoms]:
        volumes = np.resize(self.volumes, self.count).tolist()
        return [self._cell(volume, rng) for volume in volumes]

    def _cell(self, volume: float, rng: np.random.Generator) -> Atoms:
        from ase import Atoms as Configuration

        symbols = rng.choice(self.species, self.atoms).tolist()
        length = (volume * sum(map(atomic_volume, symbols))) ** (1 / 3)
        places = length * rng.random((self.atoms, 3))
        found = bare(Configuration(symbols, places, cell=[length] * 3, pbc=True), "liquid")
        lengths = [[covalent_length(a, b) for b in symbols] for a in symbols]
        push_apart(found, self.closest * np.array(lengths), STEPS)
        return found
