"""Settings of a search of the Pareto front: those of a fit, and what is searched."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from potlearn.tasks.settings.data import DataConfig
from potlearn.tasks.settings.section import FilePath, Keys, Section
from potlearn.tasks.settings.tables import NameIn
from potlearn.tune import SAMPLERS
from potlearn.typing import Count, Settings

_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_TIME = re.compile(r"\s*([0-9]+(?:\.[0-9]*)?)\s*(s|min|m|h|d)?\s*")


def seconds_of(text: Any) -> Any:
    """Seconds of a time such as ``30m``, ``2h`` or ``90``; what is not a text is passed through."""
    if not isinstance(text, str):
        return text
    found = _TIME.fullmatch(text)
    if found is None:
        raise PydanticCustomError(
            "time", "expected a time such as 90s, 30m, 2h or 1d, got {text}", {"text": repr(text)}
        )
    return float(found[1]) * _UNITS[found[2] or ""]


def _values(found: Any) -> Any:
    """A list is a choice."""
    return {"values": found} if isinstance(found, list | tuple) else found


class ParameterConfig(Section):
    """Values of one key: a list of them, or a range."""

    values: list[Any] | None = None
    """Values to choose from."""
    low: float | None = None
    """Least value of a range."""
    high: float | None = None
    """Largest value of a range."""
    step: Annotated[float, Field(gt=0)] | None = None
    """Distance of the values of a range; without it any number in between."""
    log: bool = False
    """Whether a range is searched by ratios."""
    when: dict[str, list[Any]] = Field(default_factory=dict)
    """Values of other keys of the space for which this key applies."""

    @model_validator(mode="after")
    def _choose_one_form(self) -> Self:
        ranged = self.low is not None and self.high is not None
        partly = self.low is not None or self.high is not None or self.step is not None
        if (self.values is None) != ranged or (self.values is not None and partly):
            problem = "expected a list of values, or a range {low: ..., high: ...}"
            raise PydanticCustomError("parameter", problem.replace("{", "{{").replace("}", "}}"))
        return self


Parameter = Annotated[ParameterConfig, BeforeValidator(_values)]


class TuneSearch(Section):
    """How the space is searched."""

    sampler: Annotated[str, NameIn(lambda: SAMPLERS)] = "tpe"
    """tpe, nsga2, nsga3, gp, qmc or random."""
    trials: Annotated[int, Field(ge=1)] = 500
    """Number of trials, those of earlier runs included."""
    time: Annotated[float, Field(gt=0), BeforeValidator(seconds_of)] | None = None
    """Longest time of a run, such as 30m."""
    seed: Count = 0
    """Seed of the sampler."""
    batch: Annotated[int, Field(ge=1, le=1000)] = 20
    """Trials that are asked for together; their number decides the result, that of workers not."""
    baseline: Count = 0
    """Trials of random values beside the search, for comparison in the report."""
    storage: str | None = None
    """URL of a database for drivers on several machines; by default a file in the folder."""
    cache: Annotated[float, Field(gt=0)] = 5.0
    """Most space of the passes that are kept on disk, GB."""


class TuneOutput(Section):
    """What is written, and where."""

    folder: Annotated[FilePath, Field(validate_default=True)] = Path("tuned")
    """Folder of everything that the search writes; made if absent."""
    report: bool = True
    """Whether to write report.html and front.png."""
    models: Annotated[int, Field(ge=1)] = 12
    """Most potentials of the front that are saved; they are spread over it."""
    survival: bool = True
    """Whether the saved potentials are tried in short hot dynamics."""


def _not_empty(found: Mapping[str, Any]) -> Mapping[str, Any]:
    if not found:
        raise PydanticCustomError("space", "expected at least one key, got none")
    return found


class TuneConfig(Section):
    """A fit of which some keys are searched."""

    data: DataConfig
    """Labelled configurations; without a validation set a part of the training set is held out."""
    descriptor: dict[str, Any] = Field(default_factory=dict)
    """As in a fit; keys of the space may be absent."""
    reference: dict[str, Any] | str = Field(default_factory=dict)
    """As in a fit."""
    fit: dict[str, Any] = Field(default_factory=dict)
    """As in a fit."""
    model: dict[str, Any] = Field(default_factory=dict)
    """As in a fit; a part of the training set (`model.validation`) chooses the epoch of networks,
    and the validation set measures their errors alone."""
    uncertainty: dict[str, Any] = Field(default_factory=dict)
    """As in a fit: for the potentials of the front."""
    compress: dict[str, Any] = Field(default_factory=dict)
    """Compression of every fit: method and part (of the functions that are kept)."""
    validation: Annotated[float, Field(gt=0, lt=1)] = 0.2
    """Part of the training configurations that is held out, where the data have no validation."""
    folds: Count = 0
    """Folds of the training set, for objectives such as folds.forces_rmse."""
    space: Annotated[dict[str, Parameter], AfterValidator(_not_empty)] | None = None
    """Values by key of a fit, such as descriptor.cutoff; by default a space that suits the data."""
    objectives: Annotated[Keys, Field(min_length=1)] = ("forces_mae", "force_time")
    """What is to be small: errors on the validation set (energy_mae, forces_rmse ...) or over folds
    (folds.forces_rmse), force_time (µs/atom), n_coefficients, or your own module:function; where no
    forces are, energy_mae takes the place of forces_mae by default."""
    constraints: dict[str, float] = Field(default_factory=dict)
    """Largest values of such quantities."""
    search: TuneSearch = TuneSearch()
    """How the space is searched."""
    output: TuneOutput = TuneOutput()
    """Folder and files."""

    def fit_settings(self) -> Settings:
        """Plain data of the sections that a fit has."""
        own = self.model_dump(mode="json", exclude_none=True, include={"data"})
        names = ("descriptor", "reference", "fit", "model", "uncertainty")
        return own | {name: getattr(self, name) for name in names if getattr(self, name)}
