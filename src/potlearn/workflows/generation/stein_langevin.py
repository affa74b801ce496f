r"""Langevin dynamics that is repelled by where it has been.

For past samples :math:`x_1 \dots x_M` of a structure of N atoms the force is

.. math::
    F(x) + \frac{\alpha}{M} \sum_m \Big[ k(x_m, x)\, F(x_m)
    + k_B T\, \nabla_{x_m} k(x_m, x) \Big],
    \qquad k(x, y) = \exp\Big( -\frac{|x - y|^2}{2 N \ell^2} \Big)

which is Stein's variational gradient of the Boltzmann density between the past and the present
(Ye, Ren & Liu, Stein self-repulsive dynamics: benefits from past samples, 2020, here in units
of energy).  The second term pushes away from the past samples.
"""

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
from potlearn.workflows.generation.repulsion import Repelled
from potlearn.workflows.generation.sampling import sampled


@dataclass(frozen=True)
class SteinLangevin(Generator):
    """Snapshots of Langevin dynamics that is repelled by its own past samples."""

    moves: ClassVar[bool] = True

    temperature: Positive = 300.0
    """Temperature, K."""
    strength: NonNegative = 10.0
    """Factor of the terms of past samples; 0: plain Langevin dynamics."""
    length: Positive = 0.1
    """Length of the kernel, Å: root mean square displacement of an atom between two samples."""
    steps: Annotated[int, Ge(1)] = 100
    """Steps from one sample to the next."""
    timestep: Positive = 1.0
    """Time step, fs."""
    count: Annotated[int, Ge(1)] = 10
    """Samples of each structure."""

    def __post_init__(self) -> None:
        check_fields(self, "stein_langevin", LearningError)

    @override
    def generate(
        self, given: Sequence[Atoms], rng: np.random.Generator, calculator: Any = None
    ) -> list[Atoms]:
        check_given(given, "stein_langevin")
        check_calculator(calculator, "stein_langevin")
        return [made for atoms in given for made in self._run(atoms, rng, calculator)]

    def _run(self, atoms: Atoms, rng: np.random.Generator, calculator: Any) -> list[Atoms]:
        found, current = list[Any](), atoms.copy()
        repelled = Repelled(calculator, self.temperature, self.strength, self.length)
        for _ in range(self.count):
            settings = DynamicsSettings(
                temperature=self.temperature,
                timestep=self.timestep,
                steps=self.steps,
                seed=int(rng.integers(2**31)),
            )
            current = sampled(current, repelled, settings, "stein_langevin")
            repelled.remember(current)
            found.append(current)
        return found
