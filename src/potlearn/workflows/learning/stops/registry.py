"""Every stop rule by name."""

from __future__ import annotations

from potlearn.errors import LearningError
from potlearn.registry import Registry
from potlearn.workflows.learning.stops.base import Stop

STOPS: Registry[type[Stop]] = Registry(
    "stop rule",
    LearningError,
    {
        "budget": "potlearn.workflows.learning.stops.budget:Budget",
        "quiet": "potlearn.workflows.learning.stops.quiet:Quiet",
        "rounds": "potlearn.workflows.learning.stops.rounds:Rounds",
        "validation": "potlearn.workflows.learning.stops.validation:Validation",
        "converged": "potlearn.workflows.learning.stops.converged:Converged",
    },
)
