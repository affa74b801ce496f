"""Stop rule: a property that no longer changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from annotated_types import Ge
from typing_extensions import override

from potlearn.errors import LearningError
from potlearn.runtime import check_fields
from potlearn.typing import Positive
from potlearn.workflows.learning.stops.base import Standing, Stop

if TYPE_CHECKING:
    from potlearn.potentials import LinearPotential


@dataclass(frozen=True)
class Converged(Stop):
    """Learning ends when a property of the potential stays the same over some rounds."""

    property: str
    """``module:function``; the function takes an ASE calculator and gives a number."""
    within: Positive
    """Largest difference between two of the last values, in the unit of the property."""
    rounds: Annotated[int, Ge(2)] = 3
    """Values that must agree."""

    def __post_init__(self) -> None:
        check_fields(self, "converged", LearningError)
        _function(self.property)

    def values(self, potential: LinearPotential) -> dict[str, float]:
        """The present value."""
        return {self.property: float(_function(self.property)(potential.calculator()))}

    @override
    def reached(self, standing: Standing) -> str | None:
        last = standing.values.get(self.property, [])[-self.rounds :]
        if len(last) < self.rounds or not np.ptp(last) <= self.within:
            return None
        return f"converged: {self.property} {last[-1]:.6g} within {self.within:.3g}"


def _function(name: str) -> Callable[[Any], float]:
    """The function of a name ``module:function``."""
    module, _, attribute = name.partition(":")
    try:
        found: Callable[[Any], float] = getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise LearningError(
            f"stop rule converged: property: expected module:function, got {name!r} ({error})"
        ) from error
    return found
