"""Every generator by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from potlearn.errors import LearningError
from potlearn.registry import Registry
from potlearn.typing import Atoms
from potlearn.workflows.generation.base import Generator

GENERATORS: Registry[type[Generator]] = Registry(
    "generator",
    LearningError,
    {
        "prototypes": "potlearn.workflows.generation.prototypes:Prototypes",
        "rattle": "potlearn.workflows.generation.rattle:Rattle",
        "strain": "potlearn.workflows.generation.strain:Strain",
        "vacancy": "potlearn.workflows.generation.vacancy:Vacancy",
        "surface": "potlearn.workflows.generation.surface:Surface",
        "liquid": "potlearn.workflows.generation.liquid:Liquid",
        "ramp": "potlearn.workflows.generation.ramp:Ramp",
        "stein_langevin": "potlearn.workflows.generation.stein_langevin:SteinLangevin",
    },
)


def generate(
    generators: Sequence[Generator],
    given: Sequence[Atoms] = (),
    *,
    seed: int = 0,
    calculator: Any = None,
) -> list[Atoms]:
    """Structures of several generators.

    Each one starts from the given structures and from what the generators before it made, so that
    ``[Prototypes(("Si",)), Rattle()]`` gives crystals and perturbed ones.

    Parameters
    ----------
    generators : sequence of Generator
    given : sequence of ase.Atoms
        Structures to start from; the result does not hold them.
    seed : int
        Each generator has random numbers of its own, from the seed and its place.
    calculator : ase.calculators.calculator.Calculator, optional
        For generators that move atoms.

    Raises
    ------
    LearningError
        As :meth:`~potlearn.workflows.generation.Generator.generate`.
    """
    made: list[Atoms] = []
    for k, generator in enumerate(generators):
        rng = np.random.default_rng([seed, k])
        made += generator.generate([*given, *made], rng, calculator)
    return made
