"""The ``potlearn`` command: global options, and one module per verb."""

from __future__ import annotations

from typing import Annotated

import typer

from potlearn.cli import (
    compress,
    descriptors,
    evaluate,
    export,
    fit,
    import_,
    init,
    inspect,
    label,
    lammps,
    learn,
    md,
    properties,
    select,
    study,
    tune,
)
from potlearn.cli.errors import reporting_errors

VERBS = {
    "init": init,
    "inspect": inspect,
    "descriptors": descriptors,
    "select": select,
    "label": label,
    "study": study,
    "fit": fit,
    "tune": tune,
    "compress": compress,
    "learn": learn,
    "evaluate": evaluate,
    "properties": properties,
    "export": export,
    "import": import_,
    "md": md,
}
GROUPS = {"lammps": ("Potentials inside LAMMPS.", {"install": lammps.install})}
app = typer.Typer(
    name="potlearn",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from potlearn import __version__

        typer.echo(f"potlearn {__version__}")
        raise typer.Exit


@app.callback()
def options(
    traceback: Annotated[
        bool, typer.Option("--traceback", help="Show the Python traceback of an error.")
    ] = False,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Fast, accurate, trustworthy interatomic potentials from labelled configurations."""


for name, verb in VERBS.items():
    app.command(name)(reporting_errors(verb.command))
for name, (help_text, verbs) in GROUPS.items():
    group = typer.Typer(help=help_text, no_args_is_help=True, rich_markup_mode=None)
    app.add_typer(group, name=name)
    for verb_name, command in verbs.items():
        group.command(verb_name)(reporting_errors(command))
