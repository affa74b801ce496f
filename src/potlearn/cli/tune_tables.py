"""Tables of a search on the console."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from potlearn.cli.console import show_table

if TYPE_CHECKING:
    from potlearn.tasks import TuneOutcome
    from potlearn.tune import Tuned
    from potlearn.tune.summary import Grid

MOST = 15
"""Points of the front that are shown."""


def show_study(folder: Path) -> None:
    """Where a search stands: trials by state, reasons of failures, history, front."""
    from potlearn.tune import load

    tuned = load(folder)
    _show(tuned)
    for note in tuned.notes:
        typer.echo(f"note: {note}")


def show_tuned(outcome: TuneOutcome) -> None:
    """What a search found."""
    _show(outcome.tuned)
    for note in outcome.notes:
        typer.echo(f"note: {note}")
    typer.echo(f"written to {outcome.folder}: {', '.join(outcome.files)}")


def _show(tuned: Tuned) -> None:
    from potlearn.tune.summary import best_table, failures, front_table, states

    counts = ", ".join(f"{count} {state}" for state, count in states(tuned).items() if count)
    typer.echo(f"{len(tuned.trials)} trials: {counts or 'none yet'}")
    for failure in failures(tuned.trials):
        typer.echo(f"  {failure.n} failed: {failure.reason}")
    if not len(tuned.front):
        typer.echo("no point on the front: no trial is done that keeps the constraints")
        return
    show_table(*_history(tuned), title="Hypervolume of the front")
    show_table(*best_table(tuned), title="Lowest value of each objective")
    show_table(*_narrow(front_table(tuned, MOST), len(tuned.objectives)), title="Front")
    typer.echo(f"knee: {tuned.knee()}")


def _history(tuned: Tuned) -> Grid:
    """The history, without an empty column where there is no random baseline."""
    from potlearn.tune.summary import Grid, history_table

    found = history_table(tuned)
    n = None if tuned.random else -1
    return Grid(found.headings[:n], [row[:n] for row in found.rows])


def _narrow(front: Grid, n_objectives: int) -> Grid:
    """The front with all settings in one column: a terminal has no room for one each."""
    from potlearn.tune.summary import NOTHING, Grid

    n = 1 + n_objectives
    keys = front.headings[n:]
    if not keys:
        return front
    rows = []
    for row in front.rows:
        known = zip(keys, row[n:], strict=True)
        words = (f"{key} {value}" for key, value in known if value != NOTHING)
        rows.append([*row[:n], ", ".join(words)])
    return Grid([*front.headings[:n], "Settings"], rows)
