"""What a run is made of, as keys by which a folder is recognised."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from potlearn.errors import PotlearnError
from potlearn.runtime import array_key, content_key
from potlearn.typing import Atoms
from potlearn.workflows.dynamics.engines.base import Setup


def content_of(atoms: Atoms, setup: Setup) -> dict[str, str]:
    """Keys of the start, the settings and the calculator."""
    start = setup.start
    own = setup.settings.velocities == "keep"
    arrays = (start.numbers, atoms.positions, atoms.cell.array, atoms.pbc, start.get_masses())
    momenta = start.get_momenta() if own else None
    return {
        "start": array_key(*arrays, momenta).hex(),
        "settings": content_key(asdict(setup.settings)),
        "calculator": _calculator_key(setup.calculator),
    }


def _calculator_key(calculator: Any) -> str:
    """Key of the potential, or of name and parameters of another calculator."""
    potential = getattr(calculator, "potential", None)
    if hasattr(potential, "to_dict"):
        return content_key(potential.to_dict())
    name = f"{type(calculator).__module__}.{type(calculator).__qualname__}"
    try:
        return content_key([name, dict(getattr(calculator, "parameters", None) or {})])
    except PotlearnError:  # parameters that are objects
        return content_key(name)
