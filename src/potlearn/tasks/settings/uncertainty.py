"""Section of the uncertainty of a potential."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from potlearn.tasks.settings.section import Section
from potlearn.tasks.settings.tables import NameIn
from potlearn.uncertainty import METHODS, SETS

ENSEMBLE = "ensemble"
"""The way of several networks; the others are of linear fits."""


def methods() -> tuple[str, ...]:
    """Names of ways to an uncertainty, none, and the choice by the solver or the networks."""
    return ("auto", "none", *METHODS, ENSEMBLE)


class UncertaintyConfig(Section):
    """Expected errors of the potential, saved with it."""

    method: Annotated[str, NameIn(methods)] = "auto"
    """calibrated: on leave-one-out residuals; posterior, committee, pops: for comparison, their
    intervals are far too narrow; ensemble: the spread of the networks of a neural model, calibrated
    on the validation set; none; auto: ensemble with several networks, calibrated with the solvers
    bayesian and ard, else none."""
    sets: Annotated[int, Field(ge=1, le=256)] = SETS
    """Coefficient sets for the spread of forces: more are more exact, and take more time."""
    block: str | None = None
    """Info key of the trajectory of a configuration: its residuals are those of a fit without the
    whole trajectory. If absent, each configuration with its copies is left out."""
    grade: Literal["maxvol", "mahalanobis", "none"] = "maxvol"
    """Extrapolation grade of atoms: MaxVol active set, Mahalanobis distance, or none."""
