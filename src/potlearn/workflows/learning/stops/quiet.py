"""Stop rule: nothing new for some time."""

from __future__ import annotations

from dataclasses import dataclass

from typing_extensions import override

from potlearn.errors import LearningError
from potlearn.runtime import check_fields
from potlearn.typing import Positive
from potlearn.workflows.learning.stops.base import Standing, Stop


@dataclass(frozen=True)
class Quiet(Stop):
    """Learning ends when no trigger noticed anything for some simulated time."""

    ps: Positive
    """Simulated time, summed over conditions, in ps."""

    def __post_init__(self) -> None:
        check_fields(self, "quiet", LearningError)

    @override
    def reached(self, standing: Standing) -> str | None:
        if standing.quiet < self.ps:
            return None
        return f"quiet: no trigger in {standing.quiet:.3g} ps"
