"""Every kind of potential by its name in saved models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from potlearn.errors import ModelFileError
from potlearn.registry import Registry

PAIRS: Registry[type[Any]] = Registry(
    "pair potential",
    ModelFileError,
    {
        "lennard_jones": "potlearn.potentials.pair.shifted:LennardJones",
        "morse": "potlearn.potentials.pair.shifted:Morse",
        "born_mayer": "potlearn.potentials.pair.shifted:BornMayer",
        "coulomb": "potlearn.potentials.pair.shifted:Coulomb",
    },
)
"""Pair potentials with parameters of their own: those that a configuration may put under a fit."""
KINDS: Registry[type[Any]] = Registry(
    "kind of potential",
    ModelFileError,
    {
        "linear": "potlearn.potentials.linear:LinearPotential",
        "neural": "potlearn.potentials.neural.potential:NeuralPotential",
        "pace": "potlearn.potentials.pace.potential:PacePotential",
        "sum": "potlearn.potentials.sum:SumPotential",
        "wall": "potlearn.potentials.wall:Wall",
        "zbl": "potlearn.potentials.pair.zbl:ZBL",
        **PAIRS.rows,
    },
)


def potential_from_dict(settings: Mapping[str, Any]) -> Any:
    """The potential that ``Potential.to_dict`` described."""
    given = dict(settings)
    return KINDS.load(given.pop("kind", None)).from_dict(given)
