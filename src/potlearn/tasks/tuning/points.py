"""Points of the front as potentials: each is fitted, measured and tried like any other potential.

A search sees trials: fits without protection beyond the data, force times from the cost model.
What is written of a point is measured on its saved potential.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from potlearn.errors import ExecutionError, PotlearnError
from potlearn.runtime import map_each, write_text
from potlearn.tasks.fitting import fit
from potlearn.tasks.settings import FitConfig
from potlearn.tasks.settings.yaml_text import dump_yaml
from potlearn.tasks.tuning.work import own_value, reason_of
from potlearn.tune.objectives import is_own
from potlearn.typing import Array, Settings

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.runtime import Report, Runtime
    from potlearn.tasks.networks import Trainable
    from potlearn.tune import Trial
    from potlearn.tune.survival import Survival

FRONT, SETTINGS = "front", "fit.yaml"
KEPT = "survival.json"
"""What became of a potential in dimers and dynamics, beside it."""
MORE = 1.1
"""Error of a saved potential, as a part of its trial's, that is worth a note."""


def name_of(number: int) -> str:
    """Name of a trial's folder, and of its arrays."""
    return f"trial_{number:04d}"


@dataclass(frozen=True)
class Wanted:
    """A point to fit.

    Attributes
    ----------
    trial : Trial
    config : FitConfig
        The fit that repeats it; its output is a folder of the front.
    """

    trial: Trial
    config: FitConfig

    @property
    def folder(self) -> Path:
        """Folder of the fit."""
        return self.config.output.folder

    @property
    def plain(self) -> tuple[Settings, str]:
        """What travels to a worker: plain settings, since sections are made when they are read."""
        return self.config.model_dump(mode="json", exclude_none=True), self.text

    @property
    def text(self) -> str:
        """Configuration of the fit, as it is kept beside its results."""
        settings = self.config.model_dump(mode="json", exclude_none=True)
        settings["output"]["folder"] = "."  # the study's folder may be moved
        return dump_yaml(settings)

    @property
    def model(self) -> Path:
        """The saved potential."""
        return self.folder / "model.potl"

    def is_done(self) -> bool:
        """Whether the same fit was finished before."""
        known = self.folder / SETTINGS
        if not (known.is_file() and self.model.is_file()):
            return False
        return known.read_text(encoding="utf-8") == self.text


@dataclass(frozen=True)
class Point:
    """A fitted point.

    Attributes
    ----------
    wanted : Wanted
    potential : LinearPotential or NeuralPotential
    values : dict
        All that was measured on the saved potential, by name.
    errors : dict of str to (n,)
        Of each validation configuration: mean absolute error by quantity, mean squared error
        under ``QUANTITY_sq``, and under ``QUANTITY_n`` the number of components.
    survival : Survival, optional
        Dimers and hot dynamics.
    """

    wanted: Wanted
    potential: Trainable
    values: dict[str, float]
    errors: dict[str, Array]
    survival: Survival | None = None

    @property
    def number(self) -> int:
        """Number of the trial."""
        return self.wanted.trial.number


def fit_points(
    wanted: Sequence[Wanted], runtime: Runtime, report: Report | None
) -> Iterator[tuple[Wanted, str]]:
    """Fit what is missing; every point with the reason why it failed, or nothing."""
    missing = [point for point in wanted if not point.is_done()]
    done = len(wanted) - len(missing)
    yield from ((point, "") for point in wanted if point not in missing)
    fitted = map_each(runtime.executor, fit_one, [point.plain for point in missing])
    for point, reason in zip(missing, fitted, strict=True):
        done += 1
        if report is not None:
            report(done, len(wanted))
        yield point, reason_of(reason) if isinstance(reason, ExecutionError) else reason


def fit_one(item: tuple[Settings, str]) -> str:
    """Fit a point and keep its configuration beside it; the reason if it fails."""
    config, text = FitConfig.of(item[0]), item[1]
    settings = config.output.folder / SETTINGS
    settings.unlink(missing_ok=True)  # with it, a point counts as done
    settings.with_name(KEPT).unlink(missing_ok=True)
    try:
        fit(config)
    except PotlearnError as error:
        return reason_of(error)
    write_text(settings, text)
    return ""


def own_values(
    names: Sequence[str], potential: Trainable, validation: Dataset, trial: Trial
) -> dict[str, float]:
    """Objectives of the user for a saved potential; those of the trial where they are of folds.

    Raises
    ------
    FitError
        A function of the user fails.
    """
    found = {}
    for name in names:
        if is_own(name):
            found[name] = own_value(name, potential, validation)
        elif name in trial.values:
            found[name] = trial.values[name]
    return found


def worsened(points: Sequence[Point], names: Sequence[str]) -> Iterator[str]:
    """Errors that are larger than those of the trials: a protection that acts within the data.

    Networks are trained again, from the protected linear fit.
    """
    from potlearn.potentials.neural import NeuralPotential

    neural = [p for p in points if isinstance(p.potential, NeuralPotential)]
    linear = [p for p in points if not isinstance(p.potential, NeuralPotential)]
    yield from _worsened(linear, names, "trials have no protection beyond the data, and it acts")
    yield from _worsened(
        neural,
        names,
        "their networks were trained again on a linear fit that is protected beyond the data, and "
        "this may act",
    )


def _worsened(points: Sequence[Point], names: Sequence[str], why: str) -> Iterator[str]:
    for name in names:
        apart = [p for p in points if p.values[name] > MORE * p.wanted.trial.values[name]]
        if not name.endswith(("_mae", "_rmse")) or not apart:
            continue
        listed = ", ".join(
            f"trial {p.number}: {p.values[name]:.3g} instead of {p.wanted.trial.values[name]:.3g}"
            for p in apart
        )
        yield (
            f"{name} of saved potentials is larger than that of their trials ({listed}): {why} on "
            "validation configurations that the training set does not cover, such as those with "
            "shorter distances; more data there, or reference: {repulsive: false}"
        )
