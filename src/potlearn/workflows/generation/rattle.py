"""Random displacements."""

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
class Rattle(Generator):
    """Copies whose atoms are displaced by normal random numbers."""

    amplitude: Positive = 0.1
    """Largest standard deviation of a coordinate, Å; each copy draws its own from 0 to it."""
    count: Annotated[int, Ge(1)] = 1
    """Copies of each structure."""

    def __post_init__(self) -> None:
        check_fields(self, "rattle", LearningError)

    @override
    def generate(
        self, given: Sequence[Atoms], rng: np.random.Generator, calculator: Any = None
    ) -> list[Atoms]:
        check_given(given, "rattle")
        return [self._copy(atoms, rng) for atoms in given for _ in range(self.count)]

    def _copy(self, atoms: Atoms, rng: np.random.Generator) -> Atoms:
        found = bare(atoms, "rattle")
        width = self.amplitude * rng.uniform()
        found.positions += rng.normal(scale=width, size=found.positions.shape)
        return found
