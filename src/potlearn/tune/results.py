"""Results of a study: its front, its trials, and the choice between points."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from potlearn.errors import DataError
from potlearn.tune.folder import (
    FRONT,
    TRIALS,
    FrontFile,
    PointEntry,
    numbers,
    read_errors,
    read_front,
    read_trials,
    trials_of,
)
from potlearn.tune.front import choices
from potlearn.tune.front.front import Front
from potlearn.tune.front.intervals import Bootstrap, bootstrap
from potlearn.tune.front.pareto import pareto
from potlearn.tune.front.point import Point, Uncertain
from potlearn.tune.trial import Trial
from potlearn.typing import Array


@dataclass(frozen=True)
class Tuned:
    """A study, finished or not.

    Attributes
    ----------
    folder : path
    objectives : tuple of str
        All are minimised.
    constraints : mapping of str to float
        Highest values.
    trials : tuple of Trial
        In the order of their numbers.
    front : Front
        Points that no trial dominates, from the lowest error to the highest.
    random : tuple of Trial
        Trials of the random baseline, if there is one.
    notes : tuple of str
        What the study found worth saying.
    """

    folder: Path
    objectives: tuple[str, ...]
    constraints: Mapping[str, float]
    trials: tuple[Trial, ...]
    front: Front
    random: tuple[Trial, ...] = ()
    notes: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        """Trials by state, and what the front has to offer."""
        counts = Counter(trial.state for trial in self.trials)
        by_state = ", ".join(f"{n:,} {state}" for state, n in counts.most_common())
        lines = [f"{len(self.trials):,} trials ({by_state or 'none yet'})"]
        if len(self.front):
            lines[0] += f", {len(self.front)} on the front"
            lines += [f"best {self.best()}", f"knee {self.knee()}"]
        else:
            lines[0] += "; none is done that keeps the constraints"
        return "\n".join(lines)

    def knee(self) -> Point:
        """The point where accuracy starts to cost much.

        See :func:`potlearn.tune.front.choices.knee` for the equation and errors.
        """
        return choices.knee(self.front)

    def fastest(self, within_se: float = 1.0, of: str | None = None) -> Point:
        """The fastest point within standard errors of the most accurate one.

        See :func:`potlearn.tune.front.choices.fastest` for the equation, parameters and errors.
        """
        return choices.fastest(self.front, within_se, of)

    def best(self, name: str | None = None, below: Mapping[str, float] | None = None) -> Point:
        """The point with the lowest value, among those at or below limits.

        See :func:`potlearn.tune.front.choices.best` for parameters and errors.
        """
        return choices.best(self.front, name, below)


def load(folder: str | Path) -> Tuned:
    """Read the folder of a study, finished or not.

    While a study has saved no front, the front is that of its trials so far; its points have no
    saved potential and no intervals.

    Parameters
    ----------
    folder : path
        What ``potlearn tune`` wrote.

    Raises
    ------
    DataError
        No such folder, none of a study, or a damaged file, with the place in it.
    """
    folder = Path(folder)
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "no such folder"
        raise DataError(f"{folder}: {what}; expected the folder that `potlearn tune` wrote")
    if not any((folder / name).exists() for name in (FRONT, TRIALS)):
        raise DataError(
            f"{folder}: not the folder of a study: neither {FRONT} nor {TRIALS} is in it; expected "
            "the folder that `potlearn tune` wrote"
        )
    written, kept = read_front(folder), read_trials(folder)
    trials = trials_of(kept.trials)
    objectives = tuple(written.objectives or kept.objectives)
    if not objectives:
        raise DataError(f"{folder}: neither {FRONT} nor {TRIALS} names objectives")
    constraints = dict(written.constraints or kept.constraints)
    front = (
        _saved_front(folder, written)
        if written.points
        else front_of(trials, objectives, constraints)
    )
    random = trials_of(kept.random)
    return Tuned(folder, objectives, constraints, trials, front, random, tuple(written.notes))


def objectives_of(
    trials: Sequence[Trial], objectives: Sequence[str], constraints: Mapping[str, float]
) -> Array:
    """Objectives of trials, (n, k); NaN for those that are not done or break a constraint."""
    nothing = [float("nan")] * len(objectives)
    rows = [
        [trial.values.get(name, float("nan")) for name in objectives]
        if trial.feasible(constraints)
        else nothing
        for trial in trials
    ]
    return np.array(rows, dtype=np.float64).reshape(len(trials), len(objectives))


def front_of(
    trials: Sequence[Trial], objectives: Sequence[str], constraints: Mapping[str, float]
) -> Front:
    """The front of trials; its points are not saved."""
    mask = pareto(objectives_of(trials, objectives, constraints))
    points = [
        Point(t.number, t.parameters, {n: Uncertain(t.values[n]) for n in objectives}, t.values)
        for t, on_front in zip(trials, mask, strict=True)
        if on_front
    ]
    return ordered(points, objectives)


def ordered(
    points: Sequence[Point], objectives: Sequence[str], found: Bootstrap | None = None
) -> Front:
    """A front with its points from the lowest error to the highest."""
    front = Front(tuple(points), tuple(objectives), found or Bootstrap())
    order = sorted(range(len(points)), key=lambda i: (front.value(i, front.error), i))
    samples = {name: sample[:, order] for name, sample in front.bootstrap.samples.items()}
    return Front(tuple(points[i] for i in order), front.objectives, Bootstrap(samples))


def _saved_front(folder: Path, written: FrontFile) -> Front:
    """Points of ``front.json`` with the intervals that ``errors.npz`` gives."""
    known = [{**numbers(e.get("values", {})), **e["objectives"]} for e in written.points]
    shared = [name for name in known[0] if all(name in values for values in known)]
    values = {name: [float(found[name]) for found in known] for name in shared}
    trials = [entry["trial"] for entry in written.points]
    try:
        found = bootstrap(read_errors(folder), trials, values)
    except DataError as error:
        prefix = "" if str(error).startswith(str(folder)) else f"{folder}/"
        raise DataError(f"{prefix}{error}") from error
    points = [
        _point(folder, entry, {n: found.uncertain(n, i, values[n][i]) for n in written.objectives})
        for i, entry in enumerate(written.points)
    ]
    return ordered(points, written.objectives, found)


def _point(folder: Path, entry: PointEntry, objectives: Mapping[str, Uncertain]) -> Point:
    model, config = entry.get("model"), entry.get("config")
    return Point(
        entry["trial"],
        entry["parameters"],
        objectives,
        {**numbers(entry.get("values", {})), **{n: u.value for n, u in objectives.items()}},
        folder / model if model else None,
        folder / config if config else None,
        entry.get("survival"),
    )
