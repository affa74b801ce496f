"""``potlearn learn``: a potential, and the set that it needs, from a calculator."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from potlearn.tasks import LearnConfig, LearnOutcome
    from potlearn.typing import Settings


def command(
    context: typer.Context,
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="CONFIG.yaml | STRUCTURE... | DIR",
            help="Configuration, files of structures to start from, or, with --show, the folder of "
            "active learning.",
        ),
    ] = None,
    element: Annotated[
        list[str] | None, typer.Option(metavar="SYMBOL", help="Start from an element's crystal.")
    ] = None,
    calculator: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Where labels come from, without a configuration."),
    ] = None,
    labels: Annotated[
        int | None, typer.Option(min=0, help="Most labels to spend; other stop rules stay.")
    ] = None,
    output: Annotated[Path | None, typer.Option(help="Output folder.")] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY.PATH=VALUE", help="Override a key; the value in YAML."),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Number of processes.")] = 1,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Dask scheduler to work on.")
    ] = None,
    show: Annotated[
        bool, typer.Option("--show", help="Show where it stands, write its page, and exit.")
    ] = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON schema of CONFIG.yaml and exit.")
    ] = False,
) -> None:
    """Learn a potential: explore, notice, choose, label, fit again; the same command continues.

    Without a configuration: files of structures or --element, and --calculator.
    """
    if schema:
        from potlearn.cli.schema import schema_as_json
        from potlearn.tasks import LearnConfig

        typer.echo(schema_as_json(LearnConfig))
        return
    if not files and not element:
        raise typer.BadParameter("name a configuration, structures or --element")
    from potlearn import tasks
    from potlearn.runtime import Runtime

    if show:
        if len(files or ()) != 1:
            raise typer.BadParameter("--show takes one folder")
        _show(tasks.show_learning((files or [Path()])[0]))
        return
    settings = _configuration(files or (), element or (), calculator, overrides or (), output)
    if labels is not None:
        settings = settings.with_budget(labels)
    _show(tasks.learn(settings, runtime=Runtime(workers, scheduler), progress=True))


def _configuration(
    files: Sequence[Path],
    elements: Sequence[str],
    calculator: str | None,
    overrides: Sequence[str],
    output: Path | None,
) -> LearnConfig:
    """The configuration that was given, or that of structures and a calculator."""
    from potlearn.cli.config_file import is_configuration, load_section, set_value
    from potlearn.errors import ConfigError
    from potlearn.tasks import LearnConfig

    if len(files) == 1 and files[0].is_dir():
        raise ConfigError(
            f"{files[0]}: is a folder; show it with --show, or continue it with the command that "
            "began it"
        )
    if len(files) == 1 and is_configuration(files[0]):
        if elements or calculator:
            raise ConfigError(
                f"{files[0]}: a configuration names elements and calculator itself; change them by "
                "--set"
            )
        return load_section(LearnConfig, files[0], overrides, output)
    if calculator is None:
        raise ConfigError("--calculator: missing; expected where labels come from, such as emt")
    start: Settings = {"elements": list(elements)}
    if files:
        start["files"] = [str(path) for path in files]
    raw: Settings = {"start": start, "calculator": {"name": calculator}}
    for item in overrides:
        set_value(raw, item)
    if output is not None:
        set_value(raw, "output.folder", str(output))
    return LearnConfig.of(raw, source="--set")


def _show(outcome: LearnOutcome) -> None:
    """Rounds as a table, why it ended, and what was written."""
    from potlearn.cli.console import show_table

    rows, spent = [], 0
    for each in outcome.history.rounds:
        spent += each.asked
        score = ", ".join(f"{name} {value:.3g}" for name, value in each.largest.items())
        errors = [_forces(found) for found in (each.new, each.validation)]
        rows.append(
            (each.number, spent, len(each.failed), each.candidates, each.time, score, *errors)
        )
    columns = ("round", "labels", "failed", "found", "ps", "largest", "new", "validation")
    show_table(columns, rows, "Candidates found, and errors of forces (RMS) in meV/Å")
    for each in outcome.history.rounds:
        for failure in each.failed:
            typer.echo(f"note: round {each.number}: {failure}")
    reason = outcome.history.reason
    typer.echo(f"ended by {reason}" if reason else "not ended; the same command continues")
    written = f"written to {outcome.folder}: {', '.join(outcome.files)}"
    typer.echo(outcome.note or written)


def _forces(errors: dict[str, dict[str, float]]) -> float | None:
    """Root mean square error of forces in meV/Å."""
    return 1e3 * errors["forces"]["rmse"] if "forces" in errors else None
