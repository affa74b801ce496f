"""Trigger: the extrapolation grade of atoms."""

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
class Gamma(Trigger):
    """The extrapolation grade that the potential gives atoms; at most 1 on its training set."""

    limit: Positive = 1.5
    """Grade above which a configuration is a candidate."""
    stop: Positive | None = 10.0
    """Grade above which the run ends."""
    every: Annotated[int, Ge(1)] = 10
    """Steps between two looks."""

    def __post_init__(self) -> None:
        check_fields(self, "gamma", LearningError)
        check_limits(self, "gamma")

    @override
    def ready(self, potential: LinearPotential, known: Dataset) -> Self:
        return self

    @override
    def score(self, atoms: Atoms) -> Array:
        return asked(atoms, "gamma")
