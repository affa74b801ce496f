"""Every trigger by name."""

from __future__ import annotations

from potlearn.errors import LearningError
from potlearn.registry import Registry
from potlearn.workflows.learning.triggers.base import Trigger

TRIGGERS: Registry[type[Trigger]] = Registry(
    "trigger",
    LearningError,
    {
        "gamma": "potlearn.workflows.learning.triggers.gamma:Gamma",
        "force_std": "potlearn.workflows.learning.triggers.force_std:ForceStd",
        "committee": "potlearn.workflows.learning.triggers.committee:Committee",
        "stein": "potlearn.workflows.learning.triggers.stein:Stein",
        "interval": "potlearn.workflows.learning.triggers.interval:Interval",
    },
)
