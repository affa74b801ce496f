"""``potlearn import``: a saved model from the files of another program."""

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
    """Make a model from the file of pair_style pace or the two files of pair_style pod.

    What the files are is seen from their content, whatever their names.
    """
    from potlearn import tasks

    tasks.import_({"files": files, "output": output})
    typer.echo(output)
