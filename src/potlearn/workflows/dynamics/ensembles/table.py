"""The ensembles by name."""

from __future__ import annotations

from potlearn.errors import DynamicsError
from potlearn.registry import Registry
from potlearn.workflows.dynamics.ensembles.base import Ensemble

ENSEMBLES: Registry[type[Ensemble]] = Registry(
    "ensemble",
    DynamicsError,
    {
        "nve": "potlearn.workflows.dynamics.ensembles.nve:NVE",
        "langevin": "potlearn.workflows.dynamics.ensembles.langevin:Langevin",
        "nvt": "potlearn.workflows.dynamics.ensembles.nvt:NVT",
        "npt": "potlearn.workflows.dynamics.ensembles.npt:NPT",
    },
)
"""Ensembles by name."""
