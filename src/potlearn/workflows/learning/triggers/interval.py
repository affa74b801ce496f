"""Trigger: the time that has passed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Self

import numpy as np
from annotated_types import Ge
from typing_extensions import override

from potlearn.errors import LearningError
from potlearn.runtime import check_fields
from potlearn.typing import Array, Atoms
from potlearn.workflows.learning.triggers.base import Trigger

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.potentials import LinearPotential


@dataclass(frozen=True)
class Interval(Trigger):
    """Every configuration that it looks at is a candidate; it needs no expected errors."""

    every: Annotated[int, Ge(1)] = 100
    """Steps between two candidates."""
    limit: float = field(default=0.5, init=False, compare=False, repr=False)
    stop: float | None = field(default=None, init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        check_fields(self, "interval", LearningError)

    @override
    def ready(self, potential: LinearPotential, known: Dataset) -> Self:
        return self

    @override
    def score(self, atoms: Atoms) -> Array:
        return np.ones(len(atoms))
