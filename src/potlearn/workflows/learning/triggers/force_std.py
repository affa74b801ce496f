"""Trigger: the expected error of forces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Self

from annotated_types import Ge
from typing_extensions import override

from potlearn.errors import LearningError
from potlearn.runtime import check_fields
from potlearn.typing import Array, Atoms, Positive
from potlearn.workflows.learning.triggers.base import Trigger, asked, check_limits

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.potentials import LinearPotential


@dataclass(frozen=True)
class ForceStd(Trigger):
    """The error that the potential expects of the force on an atom."""

    limit: Positive = 0.3
    """Expected error above which a configuration is a candidate, eV/Å."""
    stop: Positive | None = 3.0
    """Expected error above which the run ends, eV/Å."""
    every: Annotated[int, Ge(1)] = 10
    """Steps between two looks."""

    def __post_init__(self) -> None:
        check_fields(self, "force_std", LearningError)
        check_limits(self, "force_std")

    @override
    def ready(self, potential: LinearPotential, known: Dataset) -> Self:
        return self

    @override
    def score(self, atoms: Atoms) -> Array:
        return asked(atoms, "forces_std_atom")
