"""``potlearn init``: a commented configuration of a fit, made from the data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    context: typer.Context,
    files: Annotated[
        list[Path], typer.Argument(metavar="DATA...", help="Labelled configurations.")
    ],
    output: Annotated[Path, typer.Option(help="Configuration to write.")] = Path("fit.yaml"),
    types: Annotated[
        list[str] | None,
        typer.Option("--type", metavar="ELEMENT", help="Element of type 0, 1, ... in MTP's files."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite OUTPUT.")] = False,
) -> None:
    """Write a configuration for `potlearn fit` with species, cutoff and groups of DATA."""
    from potlearn import tasks

    settings = {"files": files, "output": output, "types": types, "force": force}
    path = tasks.init(settings).path
    typer.echo(f"written to {path}; next: potlearn fit {path}")
