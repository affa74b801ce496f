"""Table of ways to an uncertainty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from potlearn.errors import UncertaintyError
from potlearn.registry import Registry
from potlearn.typing import Array, Indices

if TYPE_CHECKING:
    from potlearn.fit.result import FitResult
    from potlearn.runtime import Progress
    from potlearn.uncertainty.link import Link

SETS = 4
"""Coefficient sets for the spread of forces, by default."""


@dataclass(frozen=True)
class Task:
    """What a method starts from.

    Attributes
    ----------
    result : FitResult
    blocks : (n,)
        Block of every configuration; rows of a block are not independent.
    sets : int
        Number R of coefficient sets for the spread of forces.
    rng : numpy.random.Generator
    progress : callable or bool, optional
    """

    result: FitResult
    blocks: Indices
    sets: int
    rng: np.random.Generator
    progress: Progress = None


@runtime_checkable
class Method(Protocol):
    """A way to a covariance, and from variances to errors."""

    def factor(self, task: Task) -> Array:
        """Factor F (n_species (1 + M), K) of a covariance of the coefficients, in eV."""

    def spread_factor(self, task: Task, factor: Array) -> Array:
        """Factor whose variances links turn into errors; rows of features not read are zero."""
        return factor

    def links(self, task: Task, sets: Array) -> dict[str, Link]:
        """Link of every quantity of the fit; ``sets`` (n_species (1 + M), R) estimate forces."""


METHODS: Registry[type[Method]] = Registry(
    "uncertainty",
    UncertaintyError,
    {
        "calibrated": "potlearn.uncertainty.methods.calibrated:CalibratedErrors",
        "posterior": "potlearn.uncertainty.methods.plain:PlainPosterior",
        "committee": "potlearn.uncertainty.methods.committee:Committee",
        "pops": "potlearn.uncertainty.methods.pops:PointwiseOptimal",
    },
)
