"""Trigger: how far apart the forces of several potentials are."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated, Any, Self

import numpy as np
from annotated_types import Ge
from typing_extensions import override

from potlearn.errors import LearningError, UncertaintyError
from potlearn.runtime import check_fields
from potlearn.typing import Array, Atoms, Count, Positive
from potlearn.workflows.learning.triggers.base import Trigger, check_limits

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.potentials import LinearPotential


@dataclass(frozen=True)
class Committee(Trigger):
    r"""Spread of the forces of potentials that are drawn from the posterior of the coefficients.

    .. math:: s_i = \sqrt{\frac{1}{n - 1} \sum_m |F_{i,m} - \bar F_i|^2}
    """

    limit: Positive = 0.3
    """Spread above which a configuration is a candidate, eV/Å."""
    stop: Positive | None = 3.0
    """Spread above which the run ends, eV/Å."""
    members: Annotated[int, Ge(2)] = 8
    """Number of potentials."""
    seed: Count = 0
    """Seed of the draw."""
    every: Annotated[int, Ge(1)] = 20
    """Steps between two looks; each costs as much as an evaluation of every member."""
    potentials: tuple[Any, ...] = field(default=(), compare=False, repr=False)
    """The members, drawn by :meth:`ready`, or your own."""

    def __post_init__(self) -> None:
        check_fields(self, "committee", LearningError)
        check_limits(self, "committee")

    @override
    def ready(self, potential: LinearPotential, known: Dataset) -> Self:
        if self.potentials:
            return self
        try:
            return replace(self, potentials=tuple(potential.sample(self.members, self.seed)))
        except UncertaintyError as error:
            raise LearningError(f"trigger committee: {error}") from error

    @override
    def score(self, atoms: Atoms) -> Array:
        forces = np.stack([member.predict(atoms).forces for member in self.potentials])
        return np.asarray(np.sqrt(forces.var(axis=0, ddof=1).sum(axis=1)))
