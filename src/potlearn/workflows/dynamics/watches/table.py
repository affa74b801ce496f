"""The watches by name."""

from __future__ import annotations

from potlearn.errors import DynamicsError
from potlearn.registry import Registry
from potlearn.workflows.dynamics.watches.base import Watch

WATCHES: Registry[type[Watch]] = Registry(
    "watch",
    DynamicsError,
    {
        "exploding": "potlearn.workflows.dynamics.watches.exploding:Exploding",
        "lost": "potlearn.workflows.dynamics.watches.lost:Lost",
        "drift": "potlearn.workflows.dynamics.watches.drift:Drift",
        "gamma": "potlearn.workflows.dynamics.watches.grade:Grade",
        "force_std": "potlearn.workflows.dynamics.watches.force_std:ForceStd",
    },
)
"""Watches by name."""
USUAL = ("exploding", "lost", "drift")
"""Those that every potential can have, and that runs have unless they are switched off."""
