"""Stop rule: a number of rounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge
from typing_extensions import override

from potlearn.errors import LearningError
from potlearn.runtime import check_fields
from potlearn.workflows.learning.stops.base import Standing, Stop


@dataclass(frozen=True)
class Rounds(Stop):
    """Learning ends after so many rounds; the fit of the first set is not counted."""

    most: Annotated[int, Ge(0)] = 100
    """Most rounds."""

    def __post_init__(self) -> None:
        check_fields(self, "rounds", LearningError)

    @override
    def reached(self, standing: Standing) -> str | None:
        return f"rounds: {standing.rounds} are done" if standing.rounds >= self.most else None
