"""The table of properties."""

from __future__ import annotations

from typing import Any

from potlearn.errors import PropertyError
from potlearn.registry import Registry

_PARTS = "potlearn.workflows.properties.parts"
PROPERTIES: Registry[Any] = Registry(
    "property",
    PropertyError,
    {
        "lattice": f"{_PARTS}.lattice:Lattice",
        "eos": f"{_PARTS}.eos:EquationOfState",
        "elastic": f"{_PARTS}.elastic:Elastic",
        "vacancy": f"{_PARTS}.vacancy:Vacancy",
        "surface": f"{_PARTS}.surface:Surface",
        "phonons": f"{_PARTS}.phonons:Phonons",
        "dynamics": f"{_PARTS}.dynamics:Dynamics",
    },
)
"""Properties by name, in the order of the report."""
USUAL = ("lattice", "eos", "elastic", "vacancy", "surface", "phonons")
"""Properties that are measured where none is named; a run of dynamics must be asked for."""
