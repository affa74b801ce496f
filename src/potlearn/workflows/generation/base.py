"""What every generator of structures does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np

from potlearn.errors import LearningError
from potlearn.typing import Atoms


@runtime_checkable
class Generator(Protocol):
    """Makes structures, from given ones or from nothing."""

    moves: ClassVar[bool] = False
    """Whether it moves atoms by forces, and needs a calculator for them."""

    def generate(
        self, given: Sequence[Atoms], rng: np.random.Generator, calculator: Any = None
    ) -> list[Atoms]:
        """New structures, without labels.

        Parameters
        ----------
        given : sequence of ase.Atoms
            Structures to start from; they are not changed.
        rng : numpy.random.Generator
        calculator : ase.calculators.calculator.Calculator, optional
            Energies and forces, for generators that move atoms.

        Raises
        ------
        LearningError
            There is nothing to start from, or no calculator, where one is needed.
        """


def check_given(given: Sequence[Atoms], what: str) -> None:
    """Raise LearningError where a generator that changes structures has none."""
    if not given:
        raise LearningError(
            f"the generator {what!r} changes structures, and there are none; name files of "
            "structures, or put the generator 'prototypes' before it"
        )


def check_calculator(calculator: Any, what: str) -> None:
    """Raise LearningError where a generator that moves atoms has no forces."""
    if calculator is None:
        raise LearningError(f"the generator {what!r} moves atoms by forces; give it a calculator")


def bare(atoms: Atoms, kind: str) -> Atoms:
    """A copy without calculator, momenta and information; ``kind`` is its group."""
    from ase import Atoms as Configuration

    return Configuration(
        numbers=atoms.numbers,
        positions=atoms.positions,
        cell=atoms.cell,
        pbc=atoms.pbc,
        info={"config_type": kind},
    )


def group_of(atoms: Atoms) -> str:
    """The group of a structure; ``"start"`` where it names none."""
    return str(atoms.info.get("config_type", "start"))
