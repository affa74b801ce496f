"""The engines by name."""

from __future__ import annotations

from potlearn.errors import DynamicsError
from potlearn.registry import Registry
from potlearn.workflows.dynamics.engines.base import Engine

ENGINES: Registry[type[Engine]] = Registry(
    "engine",
    DynamicsError,
    {
        "ase": "potlearn.workflows.dynamics.engines.ase:AseEngine",
        "lammps": "potlearn.workflows.dynamics.engines.lammps:LammpsEngine",
    },
)
"""Engines by name."""
