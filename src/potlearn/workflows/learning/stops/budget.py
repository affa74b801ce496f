"""Stop rule: labels that may be spent."""

from __future__ import annotations

from dataclasses import dataclass

from typing_extensions import override

from potlearn.errors import LearningError
from potlearn.runtime import check_fields
from potlearn.typing import Count
from potlearn.workflows.learning.stops.base import Standing, Stop


@dataclass(frozen=True)
class Budget(Stop):
    """Learning ends when so many labels were calculated; a round never asks for more."""

    labels: Count
    """Most calculations, those of the first set and failed ones included."""

    def __post_init__(self) -> None:
        check_fields(self, "budget", LearningError)

    @override
    def reached(self, standing: Standing) -> str | None:
        if standing.labels < self.labels:
            return None
        return f"budget: {standing.labels} of {self.labels} labels were spent"
