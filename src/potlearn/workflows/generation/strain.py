"""Random strains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge, Gt, Lt
from typing_extensions import override

from potlearn.errors import LearningError
from potlearn.runtime import check_fields
from potlearn.typing import Array, Atoms
from potlearn.workflows.generation.base import Generator, bare, check_given


@dataclass(frozen=True)
class Strain(Generator):
    """Copies of periodic structures under a random strain, atoms moving with the cell."""

    largest: Annotated[float, Gt(0), Lt(0.5)] = 0.05
    """Largest component of the strain."""
    count: Annotated[int, Ge(1)] = 1
    """Copies of each structure."""
    shear: bool = True
    """Whether angles of the cell change, too."""

    def __post_init__(self) -> None:
        check_fields(self, "strain", LearningError)

    @override
    def generate(
        self, given: Sequence[Atoms], rng: np.random.Generator, calculator: Any = None
    ) -> list[Atoms]:
        periodic = [atoms for atoms in given if atoms.pbc.any()]
        check_given(periodic, "strain")
        return [self._copy(atoms, rng) for atoms in periodic for _ in range(self.count)]

    def _copy(self, atoms: Atoms, rng: np.random.Generator) -> Atoms:
        found = bare(atoms, "strain")
        found.set_cell(found.cell.array @ (np.eye(3) + self._strain(rng)), scale_atoms=True)
        return found

    def _strain(self, rng: np.random.Generator) -> Array:
        """A symmetric strain, (3, 3)."""
        drawn = rng.uniform(-self.largest, self.largest, (3, 3))
        strain: Array = np.triu(drawn) + np.triu(drawn, 1).T
        return strain if self.shear else np.diag(np.diag(strain))
