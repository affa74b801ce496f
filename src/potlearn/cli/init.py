"""``potlearn init``: a commented configuration of a fit, made from the data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from potlearn.cli import label_options as o


def command(
    context: typer.Context,
    files: Annotated[
        list[Path], typer.Argument(metavar="DATA...", help="Labelled configurations.")
    ],
    output: Annotated[Path, typer.Option(help="Configuration to write.")] = Path("fit.yaml"),
    key: o.Keys = None,
    nan: o.Nan = None,
    unit: o.Units = None,
    where: o.Where = None,
    types: o.Types = None,
    search: Annotated[
        bool,
        typer.Option(
            "--search", help="Find cutoff, basis and weights by held-out errors (1-2 minutes)."
        ),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite OUTPUT.")] = False,
) -> None:
    """Write a configuration for `potlearn fit` with species, cutoff and groups of DATA."""
    from potlearn import tasks

    settings = {"files": files, "output": output, "force": force}
    settings |= o.label_settings(context.params)
    outcome = tasks.find(settings, progress=True) if search else tasks.init(settings)
    for line in outcome.summary:
        typer.echo(line)
    for note in outcome.notes:
        typer.echo(f"note: {note}")
    typer.echo(f"written to {outcome.path}; next: potlearn fit {outcome.path}")
