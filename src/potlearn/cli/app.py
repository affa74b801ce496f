"""The ``potlearn`` command: global options, and one module per sub-command."""

from __future__ import annotations

from typing import Annotated

import typer

from potlearn.cli.descriptors import command as descriptors
from potlearn.cli.evaluate import command as evaluate
from potlearn.cli.export import command as export
from potlearn.cli.fit import command as fit
from potlearn.cli.guard import guarded
from potlearn.cli.import_ import command as import_
from potlearn.cli.inspect import command as inspect
from potlearn.cli.select import command as select
from potlearn.cli.study import command as study

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


app.command("inspect")(guarded(inspect))
app.command("descriptors")(guarded(descriptors))
app.command("select")(guarded(select))
app.command("study")(guarded(study))
app.command("fit")(guarded(fit))
app.command("evaluate")(guarded(evaluate))
app.command("export")(guarded(export))
app.command("import")(guarded(import_))
