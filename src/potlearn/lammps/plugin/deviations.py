"""Forces of several models that show how large errors of forces are: one row for each kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from potlearn.descriptors.compiled import FoldedModel
from potlearn.errors import ModelFileError
from potlearn.lammps.plugin.engines import basis_arrays, features_arrays, network_arrays
from potlearn.lammps.plugin.terms import Term
from potlearn.registry import Registry
from potlearn.typing import Array
from potlearn.uncertainty import Link
from potlearn.uncertainty.ensemble import EnsembleSpreader
from potlearn.uncertainty.quadratic import QuadraticSpreader

Maker: TypeAlias = Callable[[Any], Term]

DEVIATIONS: Registry[Maker] = Registry(
    "kind of expected errors for LAMMPS",
    ModelFileError,
    {
        "QuadraticSpreader": "potlearn.lammps.plugin.deviations:sets",
        "EnsembleSpreader": "potlearn.lammps.plugin.deviations:members",
    },
)
"""By the class of an uncertainty that is made ready."""


def deviations_of(spreader: Any) -> Term:
    """Arrays of the deviations.

    Raises
    ------
    ModelFileError
        An uncertainty of another kind.
    """
    return DEVIATIONS.load(type(spreader).__name__)(spreader)


def sets(spreader: QuadraticSpreader) -> Term:
    """Coefficient sets, whose forces squared add up to the variance."""
    model = spreader.evaluator
    if not isinstance(model, FoldedModel):
        name = type(spreader.descriptor).__name__
        raise ModelFileError(
            f"expected errors of {name} descriptors of this kind cannot be written"
        )
    return {
        "kind": "sets",
        **basis_arrays(model.engine.basis, model.species),
        "coefficients": model.coefficients,
        "link": _link(spreader.uncertainty.links["forces"]),
    }


def members(spreader: EnsembleSpreader) -> Term:
    """Networks, of whose forces the variance is taken."""
    arrays: Term = {
        "kind": "members",
        **features_arrays(spreader.descriptor),
        "blind": spreader.blind.astype(np.int32),
        "link": _link(spreader.uncertainty.links["forces"]),
    }
    for k, network in enumerate(spreader.members):
        arrays |= {f"member{k}.{name}": value for name, value in network_arrays(network).items()}
    return arrays


def _link(link: Link) -> Array:
    return np.array([link.scale, link.power, link.noise, link.least])
