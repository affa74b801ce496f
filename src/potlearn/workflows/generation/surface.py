"""Slabs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge
from typing_extensions import override

from potlearn.errors import LearningError
from potlearn.runtime import check_fields
from potlearn.typing import Atoms, Positive
from potlearn.workflows.generation.base import Generator, bare, check_given


@dataclass(frozen=True)
class Surface(Generator):
    """Slabs of crystals with two free surfaces, cut along planes of small Miller indices."""

    planes: tuple[tuple[int, ...], ...] = ((1, 0, 0), (1, 1, 0), (1, 1, 1))
    """Miller indices in the given cell."""
    layers: Annotated[int, Ge(1)] = 3
    """Layers of the given cell."""
    vacuum: Positive = 6.0
    """Empty space on each side, Å."""

    def __post_init__(self) -> None:
        check_fields(self, "surface", LearningError)
        for plane in self.planes:
            if len(plane) != 3 or not any(plane):
                raise LearningError(
                    f"surface: planes: expected three Miller indices, not all zero, got {plane}"
                )

    @override
    def generate(
        self, given: Sequence[Atoms], rng: np.random.Generator, calculator: Any = None
    ) -> list[Atoms]:
        crystals = [atoms for atoms in given if atoms.pbc.all()]
        check_given(crystals, "surface")
        return [self._slab(atoms, plane) for atoms in crystals for plane in self.planes]

    def _slab(self, atoms: Atoms, plane: tuple[int, ...]) -> Atoms:
        from ase.build import surface

        found = bare(surface(atoms, plane, self.layers, vacuum=self.vacuum), "surface")
        found.pbc = True
        return found
