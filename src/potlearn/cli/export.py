"""``potlearn export``: a saved model in another program's format."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    context: typer.Context,
    model: Annotated[
        list[Path],
        typer.Argument(
            metavar="MODEL...",
            help="Saved model (.potl), X.yace, or PREFIX_param.pod and PREFIX_coeff.pod.",
        ),
    ],
    to: Annotated[
        str,
        typer.Option(
            metavar="FORMAT",
            help="lammps: one file of everything for potlearn's pair style in LAMMPS; "
            "pod, yace: files of LAMMPS's pair_style pod or pace; "
            "table: the pair potentials of the model for pair_style table.",
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            help="Prefix of the files: OUTPUT.potl-lammps, OUTPUT_param.pod, OUTPUT.yace, "
            "OUTPUT.table. If absent, the species, in the current folder."
        ),
    ] = None,
) -> None:
    """Write a model in the format of another program.

    Of lammps, one file holds everything.  Otherwise pair potentials in the sum or under the fit
    are written beside the many-body part, and OUTPUT.in has the commands that overlay them.
    """
    from potlearn import tasks

    outcome = tasks.export({"model": model, "output": output, "to": to})
    for path in outcome.files:
        typer.echo(path)
    for note in outcome.notes:
        typer.echo(note)
