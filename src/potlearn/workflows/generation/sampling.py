"""The end of a short run as a new structure."""

from __future__ import annotations

from typing import Any

from potlearn.typing import Atoms
from potlearn.workflows.dynamics import DynamicsSettings, simulate
from potlearn.workflows.generation.base import bare


def sampled(atoms: Atoms, calculator: Any, settings: DynamicsSettings, kind: str) -> Atoms:
    """Where a run ends, with its velocities and without results; ``kind`` is its group."""
    end = simulate(atoms.copy(), calculator, settings).atoms
    found = bare(end, kind)
    found.set_velocities(end.get_velocities())
    return found
