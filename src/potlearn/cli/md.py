"""``potlearn md``: molecular dynamics with a potential or any calculator."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from potlearn.tasks import DynamicsOutcome

STOPPED = 3
"""Exit code of a simulation that a watch has stopped."""


def command(
    context: typer.Context,
    config: Annotated[
        Path | None, typer.Argument(metavar="CONFIG.yaml", help="Configuration of the simulation.")
    ] = None,
    output: Annotated[Path | None, typer.Option(help="Output folder.")] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY.PATH=VALUE", help="Override a key; the value in YAML."),
    ] = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON schema of CONFIG.yaml and exit.")
    ] = False,
) -> None:
    """Run molecular dynamics; after an interruption the same command continues to the same files.

    Watches end a run that explodes, loses atoms or does not conserve energy and, if you ask for it,
    one in which the potential is too uncertain (exit code 3). The last good frame is kept.
    """
    from potlearn.tasks import DynamicsConfig

    if schema:
        from potlearn.cli.schema import schema_as_json

        typer.echo(schema_as_json(DynamicsConfig))
        return
    if config is None:
        raise typer.BadParameter("name a configuration file, or ask for --schema")
    from potlearn import tasks
    from potlearn.cli.config_file import load_section

    settings = load_section(DynamicsConfig, config, overrides or (), output)
    outcome = tasks.simulate(settings, progress=True)
    _show(outcome)
    if outcome.simulated.stopped is not None:
        raise typer.Exit(STOPPED)


def _show(outcome: DynamicsOutcome) -> None:
    from potlearn.cli.console import show_table
    from potlearn.workflows.dynamics.result import described

    done = outcome.simulated
    rows = [(name, unit, *values) for name, unit, values in done.log.summary()]
    show_table(("quantity", "unit", "first", "last", "mean of 2nd half", "±"), rows)
    typer.echo(done.message)
    for step, verdict in done.verdicts:
        if not verdict.stop:
            typer.echo(f"note: step {step}: {described(verdict, done.atoms)}")
    typer.echo(f"written to {outcome.folder}: {', '.join(outcome.files)}")
