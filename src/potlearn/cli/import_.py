"""``potlearn import``: a model from LAMMPS's files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    context: typer.Context,
    files: Annotated[
        list[Path], typer.Argument(help="X.yace, or PREFIX_param.pod and PREFIX_coeff.pod.")
    ],
    output: Annotated[Path, typer.Option(help="Saved model (.potl).")],
) -> None:
    """Make a model from the file of pair_style pace or the two files of pair_style pod."""
    from potlearn.errors import ModelFileError
    from potlearn.lammps import read_pod, read_yace

    suffixes = [path.suffix for path in files]
    if suffixes == [".yace"]:
        read_yace(files[0]).save(output)
    elif suffixes == [".pod", ".pod"]:
        read_pod(*files).save(output)
    else:
        names = " ".join(map(str, files))
        raise ModelFileError(f"expected one .yace file, or two .pod files, got {names}")
    typer.echo(output)
