"""``potlearn export``: a saved model in another program's format."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer


def command(
    context: typer.Context,
    model: Annotated[Path, typer.Argument(help="Saved model (.potl).")],
    output: Annotated[
        Path, typer.Option(help="Files are named OUTPUT_param.pod, OUTPUT_coeff.pod.")
    ],
    to: Annotated[Literal["pod"], typer.Option(help="Format: pod, for LAMMPS's pair_style pod.")],
) -> None:
    """Write a model in the format of another program."""
    from potlearn.lammps import write_pod
    from potlearn.potentials import load

    for path in write_pod(load(model), output):
        typer.echo(path)
