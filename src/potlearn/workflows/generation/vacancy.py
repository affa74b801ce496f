"""Missing atoms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge
from typing_extensions import override

from potlearn.errors import LearningError
from potlearn.runtime import check_fields
from potlearn.typing import Atoms
from potlearn.workflows.generation.base import Generator, bare, check_given
from potlearn.workflows.generation.prototypes import repeated


@dataclass(frozen=True)
class Vacancy(Generator):
    """Copies of periodic structures in which random atoms are missing."""

    count: Annotated[int, Ge(1)] = 1
    """Copies of each structure."""
    missing: Annotated[int, Ge(1)] = 1
    """Atoms that each copy lacks."""
    atoms: Annotated[int, Ge(2)] = 8
    """Cells are repeated until they have at least so many atoms."""

    def __post_init__(self) -> None:
        check_fields(self, "vacancy", LearningError)
        if self.missing >= self.atoms:
            raise LearningError(
                f"vacancy: missing: expected fewer than atoms ({self.atoms}), got {self.missing}"
            )

    @override
    def generate(
        self, given: Sequence[Atoms], rng: np.random.Generator, calculator: Any = None
    ) -> list[Atoms]:
        periodic = [atoms for atoms in given if atoms.pbc.any()]
        check_given(periodic, "vacancy")
        return [self._copy(atoms, rng) for atoms in periodic for _ in range(self.count)]

    def _copy(self, atoms: Atoms, rng: np.random.Generator) -> Atoms:
        found = bare(repeated(atoms, self.atoms), "vacancy")
        del found[rng.choice(len(found), self.missing, replace=False).tolist()]
        return found
