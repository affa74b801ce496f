"""Potentials of the front are tried: dimers, and short hot dynamics.

Test errors do not tell whether a simulation survives.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from potlearn.errors import ExecutionError
from potlearn.runtime import map_each, write_json
from potlearn.tasks.tuning.points import KEPT
from potlearn.tasks.tuning.work import reason_of
from potlearn.tune.survival import Survival, survival

if TYPE_CHECKING:
    from pathlib import Path

    from potlearn.data import Dataset
    from potlearn.fit.beyond import Coverage
    from potlearn.runtime import Report, Runtime
    from potlearn.tasks.tuning.candidates import Sets
    from potlearn.tasks.tuning.points import Point


@dataclass(frozen=True, eq=False)
class Trying:
    """What a worker does with a saved potential.

    Attributes
    ----------
    dataset : Dataset
        Where dynamics start.
    coverage : Coverage
        What the data cover.
    """

    dataset: Dataset
    coverage: Coverage

    def __call__(self, model: Path) -> Survival:
        """What became of a potential; kept beside it, so that it is tried once."""
        from potlearn.potentials import load

        kept = model.with_name(KEPT)
        before = _read(kept)
        if before is not None:
            return before
        found = survival(load(model), self.dataset, coverage=self.coverage)
        write_json(kept, found.to_dict())
        return found


def _read(path: Path) -> Survival | None:
    """What was found before; None where nothing was, or by another version."""
    try:
        return Survival.from_dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def tried(
    points: Sequence[Point], sets: Sets, runtime: Runtime, report: Report | None
) -> tuple[list[Point], list[str]]:
    """The points, each with what became of it, and why some have no result."""
    if not points:
        return [], []
    coverage = sets.coverage(points[0].potential.species)
    models = [point.wanted.model for point in points]
    found = map_each(runtime.executor, Trying(sets.train, coverage), models)
    done: list[Point] = []
    notes: list[str] = []
    for point, outcome in zip(points, found, strict=True):
        if isinstance(outcome, ExecutionError):
            notes.append(f"trial {point.number} was not tried in dynamics: {reason_of(outcome)}")
            done.append(point)
        else:
            done.append(replace(point, survival=outcome))
        if report is not None:
            report(len(done), len(points))
    return done, notes


def survivors(points: Sequence[Point]) -> tuple[list[Point], list[str]]:
    """Points of which nothing failed, and what failed of the others; all points where all fail."""
    passed = [p for p in points if p.survival is None or p.survival.passed]
    notes = [
        f"trial {p.number} fails: {'; '.join(p.survival.sentences())}"
        for p in points
        if p.survival is not None and not p.survival.passed
    ]
    if points and not passed:
        return list(points), [*notes, "all potentials of the front fail in dimers or hot dynamics"]
    return passed, notes
