"""What the panels of a study's report show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from potlearn.report.info import ReportInfo
from potlearn.report.page.compact import Json
from potlearn.report.page.numbers import counted
from potlearn.report.page.plots import hover, logarithmic
from potlearn.tune import Point, Trial, Tuned
from potlearn.tune.front.names import named
from potlearn.tune.results import front_of
from potlearn.tune.summary import short_keys, value_text, varied

Published = Mapping[str, tuple[float, float]]
"""Points of others by name: force time (µs per atom) and the first error of the objectives."""


@dataclass(frozen=True)
class TuneView:
    """A study, points of others, title and settings."""

    tuned: Tuned
    info: ReportInfo
    published: Published = field(default_factory=dict)

    @cached_property
    def done(self) -> list[Trial]:
        """Trials that have every objective."""
        names = self.tuned.objectives
        return [
            trial
            for trial in self.tuned.trials
            if trial.state == "done" and all(name in trial.values for name in names)
        ]

    @cached_property
    def unsaved(self) -> list[Trial]:
        """Those on the front by what the search knew of them, but not among the saved points."""
        saved = {point.trial for point in self.tuned.front}
        found = front_of(self.done, self.tuned.objectives, self.tuned.constraints)
        on_front = {point.trial for point in found} - saved
        return [trial for trial in self.done if trial.number in on_front]

    @cached_property
    def behind(self) -> list[Trial]:
        """Those that are on neither front."""
        others = {trial.number for trial in self.unsaved}
        others |= {point.trial for point in self.tuned.front}
        return [trial for trial in self.done if trial.number not in others]

    @cached_property
    def keys(self) -> dict[str, str]:
        """Short names of the parameters that differ between trials."""
        found = varied([trial.parameters for trial in self.done])
        return short_keys(found or varied([point.parameters for point in self.tuned.front]))

    @cached_property
    def commands(self) -> list[str]:
        """What makes each point of the front again; empty for one that is not saved."""
        return [point.command if point.config else "" for point in self.tuned.front]

    def words(self, item: Trial | Point) -> str:
        """Text under the pointer: number, values, parameters."""
        number = item.trial if isinstance(item, Point) else item.number
        values = {**item.values}
        if isinstance(item, Point):
            values |= {name: u.value for name, u in item.objectives.items()}
        shown = [named(n).text(values[n]) for n in self.tuned.objectives]
        known = [
            f"{short}: {value_text(item.parameters[key])}"
            for key, short in self.keys.items()
            if key in item.parameters
        ]
        return hover(f"trial {number}", *shown, *known)


def axis_of(name: str, values: Sequence[float]) -> Json:
    """An axis for values in their shown unit: logarithmic where all are positive."""
    if values and min(values) > 0:
        return logarithmic(named(name).title, list(values))
    return {"title": named(name).title}


def scaled(name: str, values: Sequence[float]) -> list[float]:
    """Values in their shown unit."""
    return [named(name).factor * value for value in values]


def trials(n: int) -> str:
    """``"1 trial"``, ``"2,000 trials"``."""
    return counted(n, "trial")
