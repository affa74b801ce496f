"""What a run is made of, as keys by which a folder is recognised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from potlearn.errors import PotlearnError
from potlearn.runtime import array_key, content_key
from potlearn.typing import Atoms
from potlearn.workflows.dynamics.engines.base import Setup
from potlearn.workflows.dynamics.watches.base import Watch


def content_of(atoms: Atoms, setup: Setup, watches: Sequence[Watch]) -> dict[str, str]:
    """Keys of the start, the settings, the calculator and the watches."""
    start = setup.start
    own = setup.settings.velocities == "keep"
    arrays = (start.numbers, atoms.positions, atoms.cell.array, atoms.pbc, start.get_masses())
    momenta = start.get_momenta() if own else None
    return {
        "start": array_key(*arrays, momenta).hex(),
        "settings": content_key(asdict(setup.settings)),
        "calculator": _calculator_key(setup.calculator),
        "watches": content_key([_key(watch, _name(watch)) for watch in watches]),
    }


def _calculator_key(calculator: Any) -> str:
    """Key of the potential, or of name and parameters of another calculator."""
    potential: Any = getattr(calculator, "potential", None)
    if hasattr(potential, "to_dict"):
        return content_key(potential.to_dict())
    name = _name(calculator)
    return _key([name, dict(getattr(calculator, "parameters", None) or {})], name)


def _key(value: Any, name: str) -> str:
    """Key of a value; of its name where it holds objects that have no key."""
    try:
        return content_key(value)
    except PotlearnError:
        return content_key(name)


def _name(item: Any) -> str:
    return f"{type(item).__module__}.{type(item).__qualname__}"
