"""Potentials: linear models of descriptors, pair potentials, and how they are saved."""

from typing import Any

from .prediction import Prediction
from .protocol import Potential

__all__ = ["LinearPotential", "Potential", "Prediction", "load", "save"]


def __getattr__(name: str) -> Any:
    if name == "LinearPotential":
        from .linear import LinearPotential

        return LinearPotential
    if name in ("load", "save"):
        from . import archive

        return getattr(archive, name)
    raise AttributeError(name)
