"""``potlearn export``: a saved model in another program's format."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer


def command(
    context: typer.Context,
    model: Annotated[Path, typer.Argument(help="Saved model (.potl).")],
    output: Annotated[
        Path, typer.Option(help="Prefix of the files: OUTPUT_param.pod, OUTPUT.yace, OUTPUT.table.")
    ],
    to: Annotated[
        Literal["pod", "yace", "table"],
        typer.Option(
            help="pod, yace: files of LAMMPS's pair_style pod or pace; "
            "table: the pair potentials of the model for pair_style table."
        ),
    ],
) -> None:
    """Write a model in the format of another program.

    Pair potentials in the sum or under the fit are written beside the many-body part, and
    OUTPUT.in has the commands that overlay them.
    """
    from potlearn.lammps import expansion_error, parts, write_lammps, write_table
    from potlearn.potentials import load

    potential = load(model)
    pairs = parts(potential)[1]
    if to == "table":
        typer.echo(write_table(Path(f"{output}.table"), potential.species, pairs))
        return
    files = write_lammps(potential, output, to, bare_names=True)
    for path in files.paths:
        typer.echo(path)
    if to == "yace" and (error := expansion_error(parts(potential)[0])) > 0:
        typer.echo(f"radial functions are written within {error:.1e} of their largest value")
    if pairs:
        commands = Path(f"{output}.in")
        commands.write_text("\n".join(files.commands) + "\n", encoding="utf-8")
        typer.echo(commands)
