"""Heating and cooling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
from annotated_types import Ge
from typing_extensions import override

from potlearn.errors import LearningError
from potlearn.runtime import check_fields
from potlearn.typing import Atoms, NonNegative, Positive
from potlearn.workflows.dynamics import DynamicsSettings
from potlearn.workflows.generation.base import Generator, check_calculator, check_given
from potlearn.workflows.generation.sampling import sampled


@dataclass(frozen=True)
class Ramp(Generator):
    """Snapshots of dynamics in which the temperature, and on request the cell, changes steadily."""

    moves: ClassVar[bool] = True

    first: NonNegative = 300.0
    """Temperature at the beginning, K."""
    last: NonNegative = 2000.0
    """Temperature at the end, K."""
    strain: float = 0.0
    """Isotropic strain at the end; the cell changes by equal steps from snapshot to snapshot."""
    steps: Annotated[int, Ge(1)] = 1000
    """Steps of each structure's run."""
    timestep: Positive = 1.0
    """Time step, fs."""
    count: Annotated[int, Ge(1)] = 10
    """Snapshots of each run."""

    def __post_init__(self) -> None:
        check_fields(self, "ramp", LearningError)
        if not -0.5 < self.strain < 1.0:
            raise LearningError(f"ramp: strain: expected -0.5 to 1, got {self.strain:g}")

    @override
    def generate(
        self, given: Sequence[Atoms], rng: np.random.Generator, calculator: Any = None
    ) -> list[Atoms]:
        check_given(given, "ramp")
        check_calculator(calculator, "ramp")
        return [made for atoms in given for made in self._run(atoms, rng, calculator)]

    def _run(self, atoms: Atoms, rng: np.random.Generator, calculator: Any) -> list[Atoms]:
        found, current = list[Any](), atoms.copy()
        stretch = (1 + self.strain) ** (1 / self.count)
        bounds = np.linspace(self.first, self.last, self.count + 1)
        for kelvin in 0.5 * (bounds[1:] + bounds[:-1]):
            if atoms.pbc.any() and stretch != 1:
                current.set_cell(current.cell.array * stretch, scale_atoms=True)
            settings = DynamicsSettings(
                temperature=float(kelvin),
                timestep=self.timestep,
                steps=max(1, self.steps // self.count),
                seed=int(rng.integers(2**31)),
            )
            current = sampled(current, calculator, settings, "ramp")
            found.append(current)
        return found
