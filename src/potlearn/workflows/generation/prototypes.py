"""Crystals of elements at several volumes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge, Gt
from typing_extensions import override

from potlearn.errors import LearningError
from potlearn.fit.beyond.crystals import crystals
from potlearn.runtime import check_fields
from potlearn.structure.lattice import heights
from potlearn.structure.species import check_species
from potlearn.typing import Atoms
from potlearn.workflows.generation.base import Generator, bare
from potlearn.workflows.generation.volumes import atomic_volume


@dataclass(frozen=True)
class Prototypes(Generator):
    """Simple crystals (fcc, bcc, hcp, sc, diamond; of two elements B1, B2, B3) at several volumes.

    Volumes per atom are multiples of that of the elements' own crystals at normal pressure.
    """

    species: tuple[str, ...]
    """Chemical symbols."""
    crystals: tuple[str, ...] = ()
    """Names of crystals, such as diamond; by default all."""
    volumes: tuple[Annotated[float, Gt(0)], ...] = (0.85, 1.0, 1.15)
    """Volumes per atom, in those of the elements' own crystals."""
    atoms: Annotated[int, Ge(1)] = 8
    """Cells are repeated until they have at least so many atoms."""

    def __post_init__(self) -> None:
        check_fields(self, "prototypes", LearningError)
        check_species(self.species, "prototypes", LearningError)
        known = sorted({name.split()[-1] for name, _ in crystals(self.species)})
        for name in self.crystals:
            if name not in known:
                raise LearningError(
                    f"prototypes: crystals: unknown crystal {name!r}; of these elements there are "
                    f"{', '.join(known)}"
                )

    @override
    def generate(
        self, given: Sequence[Atoms], rng: np.random.Generator, calculator: Any = None
    ) -> list[Atoms]:
        chosen = [atoms for name, atoms in crystals(self.species) if self._asked(name)]
        return [self._cell(atoms, v) for atoms, v in product(chosen, self.volumes)]

    def _asked(self, name: str) -> bool:
        return not self.crystals or name.split()[-1] in self.crystals

    def _cell(self, atoms: Atoms, volume: float) -> Atoms:
        wanted = volume * sum(map(atomic_volume, atoms.get_chemical_symbols()))
        found = bare(repeated(atoms, self.atoms), "prototype")
        scale = (wanted * len(found) / len(atoms) / found.get_volume()) ** (1 / 3)
        found.set_cell(found.cell.array * scale, scale_atoms=True)
        return found


def repeated(atoms: Atoms, least: int) -> Atoms:
    """The cell, repeated where it is periodic and thinnest until it has at least so many atoms."""
    lengths = np.where(atoms.pbc, heights(atoms.cell.array), np.inf)
    counts = np.ones(3, int)
    while len(atoms) * int(np.prod(counts)) < least:
        counts[int(np.argmin(counts * lengths))] += 1
    found: Atoms = atoms.repeat(counts)
    return found
