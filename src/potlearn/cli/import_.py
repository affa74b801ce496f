"""``potlearn import``: a model from LAMMPS's files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    context: typer.Context,
    param: Annotated[Path, typer.Argument(help="PREFIX_param.pod")],
    coeff: Annotated[Path, typer.Argument(help="PREFIX_coeff.pod")],
    output: Annotated[Path, typer.Option(help="Saved model (.potl).")],
) -> None:
    """Make a model from the two files of LAMMPS's pair_style pod."""
    from potlearn.lammps import read_pod

    read_pod(param, coeff).save(output)
    typer.echo(output)
