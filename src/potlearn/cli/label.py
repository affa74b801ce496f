"""``potlearn label``: labels of configurations from any ASE calculator."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from potlearn.cli import calculator_options as c
from potlearn.cli import label_options as o

if TYPE_CHECKING:
    from potlearn.tasks import LabellingOutcome
    from potlearn.typing import Settings

SHOWN = 10
"""Failures that are named; more are counted."""


def command(
    context: typer.Context,
    files: c.Files = None,
    calculator: c.Calculator = None,
    overrides: c.Overrides = None,
    settings_file: c.SettingsFile = None,
    output: c.Output = None,
    database: c.Database = None,
    python: c.Python = None,
    timeout: c.Timeout = None,
    properties: c.Properties = None,
    retry: c.Retry = False,
    keep: c.Keep = None,
    workers: c.Workers = 1,
    scheduler: c.Scheduler = None,
    show: c.Show = False,
    key: o.Keys = None,
    nan: o.Nan = None,
    unit: o.Units = None,
    where: o.Where = None,
    types: o.Types = None,
) -> None:
    """Label configurations, each once; after an interruption the same command continues."""
    if not files:
        raise typer.BadParameter("name files of configurations")
    if show:
        _show_database(files)
        return
    from potlearn import tasks

    given = {
        "files": files,
        "calculator": calculator,
        "settings": _settings(settings_file, overrides or ()),
        "output": output,
        "database": database,
        "python": python,
        "timeout": timeout,
        "properties": properties.split(",") if properties else None,
        "retry": retry,
        "keep": keep,
        "workers": workers,
        "scheduler": scheduler,
        **o.label_settings(context.params),
    }
    absent = [f"--{name}" for name in ("calculator", "output") if given[name] is None]
    if absent:
        raise typer.BadParameter(f"{' and '.join(absent)}: missing")
    _show(tasks.label({k: v for k, v in given.items() if v is not None}, progress=True))


def _settings(path: Path | None, overrides: list[str] | tuple[()]) -> Settings:
    """Arguments of the calculator: those of a file, and those that win over them."""
    from potlearn.cli.config_file import read_raw, set_value

    raw = {} if path is None else read_raw(path)
    for item in overrides:
        set_value(raw, item)
    return raw


def _show(outcome: LabellingOutcome) -> None:
    failed, sources = outcome.labelled.failed, outcome.sources
    for failure in failed[:SHOWN]:
        typer.echo(f"no label: {sources[failure.index]}: {failure.reason}")
    if failed[SHOWN:]:
        typer.echo(f"and {len(failed) - SHOWN} more; potlearn label --show lists all reasons")
    if failed:
        typer.echo("--retry calculates again what failed")
    typer.echo(outcome.summary)
    text = outcome.config.text
    typer.echo(f"written: {'' if text is None else f'{text}, '}{outcome.database}")


def _show_database(files: list[Path]) -> None:
    from potlearn import tasks
    from potlearn.cli.console import show_table

    if len(files) != 1:
        raise typer.BadParameter(f"--show takes one database, got {len(files)}")
    found = tasks.labels_in(str(files[0]))
    typer.echo(
        f"{found.name}: {found.n_done} labels, {found.n_failed} failed, {found.n_planned} not "
        "calculated yet"
    )
    if found.calculators:
        show_table(("calculator", "labels"), [*found.calculators.items()])
    rows = [(len(ids), why, ids[0]) for why, ids in found.reasons.items()]
    if rows:
        show_table(("failed", "reason", "first row"), sorted(rows, reverse=True))
