"""``potlearn fit``: a potential, its report and its LAMMPS files from a configuration file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from potlearn.tasks import FitOutcome


def command(
    context: typer.Context,
    config: Annotated[
        Path | None, typer.Argument(metavar="CONFIG.yaml", help="Configuration of the fit.")
    ] = None,
    output: Annotated[Path | None, typer.Option(help="Output folder.")] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY.PATH=VALUE", help="Override a key; the value in YAML."),
    ] = None,
    report: Annotated[
        bool | None,
        typer.Option("--report/--no-report", help="Write report.html and figures/ [default: yes]."),
    ] = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON schema of CONFIG.yaml and exit.")
    ] = False,
) -> None:
    """Fit a potential; the output folder holds model, metrics, report and LAMMPS files."""
    if schema:
        from potlearn.cli.schema import schema_as_json

        typer.echo(schema_as_json())
        return
    if config is None:
        raise typer.BadParameter("name a configuration file, or ask for --schema")
    from potlearn import tasks
    from potlearn.cli.config_file import load_config

    given = [*(overrides or ())]
    given += [] if report is None else [f"output.report={str(report).lower()}"]
    _show(tasks.fit(load_config(config, given, output), progress=True))


def _show(outcome: FitOutcome) -> None:
    from potlearn.cli.console import show_metrics

    show_metrics({name: {"all": errors["all"]} for name, errors in outcome.metrics.items()})
    times = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in outcome.timing.items())
    typer.echo(f"{outcome.n_coefficients} coefficients; {times}")
    for note in outcome.notes:
        typer.echo(f"note: {note}")
    typer.echo(f"written to {outcome.folder}: {', '.join(outcome.files)}")
