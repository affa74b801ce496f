"""``potlearn lammps``: the pair style, built for a LAMMPS."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def install(
    context: typer.Context,
    lammps: Annotated[
        Path | None,
        typer.Option(
            metavar="PREFIX",
            help="Folder in which LAMMPS is installed or was built, or its program; by default "
            "the LAMMPS of this environment, else lmp on the path.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Folder for the pair style; by default in this environment."
        ),
    ] = None,
) -> None:
    """Build pair_style potlearn for a LAMMPS, try it, and say how to use it.

    It takes some seconds, once: what is there and still fits is left as it is.
    """
    from potlearn import tasks

    outcome = tasks.install_lammps({"lammps": lammps, "output": output}, say=typer.echo)
    for line in outcome.lines():
        typer.echo(line)
