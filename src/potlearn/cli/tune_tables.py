"""Tables of a search on the console."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from potlearn.tasks import TuneOutcome


def show_study(folder: Path) -> None:
    """Where a search stands."""
    from potlearn.tune import load

    tuned = load(folder)
    typer.echo(str(tuned))


def show_tuned(outcome: TuneOutcome) -> None:
    """What a search found."""
    show_study(outcome.folder)
    for note in outcome.notes:
        typer.echo(f"note: {note}")
    typer.echo(f"written to {outcome.folder}: {', '.join(outcome.files)}")
