"""``potlearn inspect``: the contents of files of configurations, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from potlearn.cli import label_options as o


def command(
    context: typer.Context,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Anything that ASE reads.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    labels: Annotated[
        bool | None,
        typer.Option(
            "--labels/--no-labels",
            help="Look for wrong labels by a small fit [default: up to 50000 atoms].",
        ),
    ] = None,
    key: o.Keys = None,
    nan: o.Nan = None,
    unit: o.Units = None,
    where: o.Where = None,
    types: o.Types = None,
) -> None:
    """Say what is in FILE, and what is wrong with it."""
    import json

    from potlearn import tasks
    from potlearn.cli.inspection import show_inspection

    settings = {"files": files, "labels": labels, **o.label_settings(context.params)}
    inspection = tasks.inspect(settings, progress=True)
    if as_json:
        typer.echo(json.dumps(inspection.to_dict(), indent=2))
    else:
        show_inspection(inspection)
