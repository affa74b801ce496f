"""The end of a search: potentials of the front, measured, and the files of the folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from potlearn.errors import PotlearnError
from potlearn.runtime import Runtime
from potlearn.tasks.folder import OutputFolder
from potlearn.tasks.progress import Stages
from potlearn.tasks.settings import FitConfig
from potlearn.tasks.tuning.edges import edges
from potlearn.tasks.tuning.errors import errors_of
from potlearn.tasks.tuning.points import (
    FRONT,
    SETTINGS,
    Point,
    Wanted,
    fit_points,
    name_of,
    own_values,
    worsened,
)
from potlearn.tasks.tuning.saved import far_apart
from potlearn.tasks.tuning.training import networks_notes
from potlearn.tasks.tuning.trying import survivors, tried
from potlearn.tasks.tuning.work import reason_of
from potlearn.tune import Trial, pareto
from potlearn.tune.folder import ERRORS, TRIALS
from potlearn.tune.folder import FRONT as FRONT_FILE
from potlearn.tune.front.names import named
from potlearn.tune.results import objectives_of
from potlearn.typing import Settings

if TYPE_CHECKING:
    from potlearn.tasks.tuning.evaluate import Evaluator
    from potlearn.tasks.tuning.plan import Plan


@dataclass
class Ending:
    """Makes the files of a study from its trials.

    Attributes
    ----------
    plan : Plan
    evaluator : Evaluator
        Knows which functions a compressed trial keeps.
    folder : OutputFolder
    home : float
        Time of the reference kernel on the study's home machine, in µs/atom.
    runtime : Runtime
    stages : function
        Progress.
    """

    plan: Plan
    evaluator: Evaluator
    folder: OutputFolder
    home: float
    runtime: Runtime
    stages: Stages

    def write(self, trials: Sequence[Trial], random: Sequence[Trial]) -> list[str]:
        """Write trials, front and potentials; notes on what a user should know."""
        config = self.plan.config
        self.folder.write_json(TRIALS, trials_json(self.plan, trials, random))
        wanted, notes = self._wanted(trials)
        points, failed = self._points(wanted)
        notes += failed
        if self.plan.sets.judged is self.plan.sets.validation:
            notes += worsened(points, self.plan.names)
        kept, dropped = self._on_front(points)
        notes += dropped
        notes += networks_notes(trials)
        notes += edges(kept, self.plan.space, config.objectives)
        self._write_errors(kept)
        entries = [point_entry(point, config.objectives) for point in kept]
        found = {
            "objectives": list(config.objectives),
            "constraints": config.constraints,
            "points": entries,
            "notes": [*self.plan.notes, *notes],
        }
        self.folder.write_json(FRONT_FILE, found)
        return notes

    def _wanted(self, trials: Sequence[Trial]) -> tuple[list[Wanted], list[str]]:
        """Trials of the front that are saved, and how many are not."""
        config = self.plan.config
        values = objectives_of(trials, config.objectives, config.constraints)
        front = np.flatnonzero(pareto(values))
        chosen = front[far_apart(values[front], config.output.models)] if len(front) else front
        notes = []
        if len(chosen) < len(front):
            notes.append(
                f"{len(front)} trials are on the front; the potentials of {len(chosen)}, spread "
                "over it, are saved (output.models)"
            )
        wanted = []
        for k in chosen.tolist():
            try:
                wanted.append(self._fit_of(trials[k]))
            except PotlearnError as error:
                notes.append(_no_potential(trials[k], reason_of(error)))
        return wanted, notes

    def _fit_of(self, trial: Trial) -> Wanted:
        """The fit that repeats a trial."""
        settings = self.evaluator.settings.of(trial.parameters)
        kept = self.evaluator.kept(settings)
        output = {"folder": str(self.folder.path / FRONT / name_of(trial.number)), "report": False}
        return Wanted(trial, _with_output(settings.fit_config(kept), output))

    def _points(self, wanted: Sequence[Wanted]) -> tuple[list[Point], list[str]]:
        """Points with all that is measured on them, and why others failed."""
        notes, fitted = [], []
        with self.stages("potentials of the front") as report:
            for point, reason in fit_points(wanted, self.runtime, report):
                try:
                    if reason:
                        notes.append(_no_potential(point.trial, reason))
                    else:
                        fitted.append(self._measured(point))
                except PotlearnError as error:
                    notes.append(_no_potential(point.trial, reason_of(error)))
        points = list(self._timed(fitted))
        if not self.plan.config.output.survival:
            return points, notes
        with self.stages("dimers and hot dynamics") as report:
            points, untried = tried(points, self.plan.sets, self.runtime, report)
        left, failed = survivors(points)
        return left, [*notes, *untried, *failed]

    def _measured(self, wanted: Wanted) -> Point:
        """Errors on the validation set."""
        from potlearn.metrics import evaluate
        from potlearn.potentials import LinearPotential, load
        from potlearn.potentials.neural import NeuralPotential

        potential = load(wanted.model)
        assert isinstance(potential, LinearPotential | NeuralPotential)
        validation = self.plan.sets.validation
        values, errors = errors_of(evaluate(potential, validation))
        values["n_coefficients"] = float(potential.n_coefficients)
        values["n_functions"] = float(potential.descriptor.n_features)
        names = [name for name in self.plan.names if name not in values]
        values |= own_values(names, potential, validation, wanted.trial)
        return Point(wanted, potential, values, errors)

    def _timed(self, points: Sequence[Point]) -> Iterator[Point]:
        """Force times, measured side by side."""
        from potlearn.tune import measure_all

        if not points:
            return
        with self.stages("force times"):
            times = measure_all(
                [point.potential for point in points],
                self.plan.sets.examples,
                home=self.home,
            )
        for point, time in zip(points, times, strict=True):
            values = {**point.values, "force_time": time.us_per_atom}
            yield replace(point, values=values)

    def _on_front(self, points: Sequence[Point]) -> tuple[list[Point], list[str]]:
        """Points that are on the front by what was measured, and the others."""
        config = self.plan.config
        measured = [Trial(p.number, {}, "done", p.values) for p in points]
        values = objectives_of(measured, config.objectives, config.constraints)
        front = pareto(values) if len(points) else np.zeros(0, bool)
        kept = [point for point, inside in zip(points, front, strict=True) if inside]
        notes = [
            f"trial {point.number} is no longer on the front: its saved potential has "
            f"{_numbers(point, self.plan.names)}"
            for point, inside in zip(points, front, strict=True)
            if not inside
        ]
        return kept, notes

    def _write_errors(self, points: Sequence[Point]) -> None:
        arrays = {
            f"{name_of(point.number)}/{name}": array
            for point in points
            for name, array in point.errors.items()
        }
        with self.folder.file(ERRORS) as path, Path(path).open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]


def trials_json(plan: Plan, trials: Sequence[Trial], random: Sequence[Trial]) -> Settings:
    """Content of ``trials.json``."""
    return {
        "objectives": list(plan.config.objectives),
        "constraints": plan.config.constraints,
        "trials": [asdict(trial) for trial in trials],
        "random": [asdict(trial) for trial in random],
    }


def point_entry(point: Point, objectives: Sequence[str]) -> Settings:
    """A point of ``front.json``."""
    place = f"{FRONT}/{name_of(point.number)}"
    return {
        "trial": point.number,
        "objectives": {name: point.values[name] for name in objectives},
        "parameters": dict(point.wanted.trial.parameters),
        "model": f"{place}/model.potl",
        "config": f"{place}/{SETTINGS}",
        "values": point.values,
        "survival": None if point.survival is None else point.survival.to_dict(),
    }


def _with_output(config: FitConfig, output: Settings) -> FitConfig:
    settings = config.model_dump(mode="json", exclude_none=True)
    return FitConfig.of({**settings, "output": output})


def _no_potential(trial: Trial, reason: str) -> str:
    return f"trial {trial.number} has no potential: {reason}"


def _numbers(point: Point, names: Sequence[str]) -> str:
    return ", ".join(named(name).text(point.values[name]) for name in names)
