"""``potlearn select``: the configurations that are worth a calculation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from potlearn.cli import label_options
from potlearn.cli import select_options as o

if TYPE_CHECKING:
    from potlearn.tasks import SelectionOutcome


def command(  # each argument is an option of the command line
    context: typer.Context,
    files: o.Files = None,
    count: o.Count = None,
    method: o.Method = None,
    parameters: o.Parameters = None,
    output: o.Output = None,
    rest: o.Rest = None,
    known: o.Known = None,
    budget: o.Budget = None,
    cost: o.Cost = None,
    quotas: o.Quotas = None,
    distinct: o.Distinct = None,
    indices: o.IndexFile = None,
    seed: o.Seed = None,
    descriptor: o.Descriptor = None,
    overrides: o.Overrides = None,
    features: o.Features = None,
    scaling: o.Scaling = None,
    environments: o.Environments = None,
    chunk_size: o.ChunkSize = None,
    oversampling: o.Oversampling = None,
    levels: o.Levels = None,
    workers: o.Workers = None,
    scheduler: o.Scheduler = None,
    report: o.Report = None,
    key: label_options.Keys = None,
    nan: label_options.Nan = None,
    unit: label_options.Units = None,
    where: label_options.Where = None,
    types: label_options.Types = None,
    schema: o.Schema = False,
    compare: o.Moved = None,
    tune: o.Moved = None,
) -> None:
    """Select COUNT configurations of FILE that are worth a calculation."""
    given = {k: v for k, v in context.params.items() if v not in (None, (), [])}
    if schema:
        from potlearn.cli.schema import schema_as_json
        from potlearn.tasks.settings.select import SelectConfig

        typer.echo(schema_as_json(SelectConfig))
        return
    if compare or tune:
        raise typer.BadParameter(f"this is a study now: potlearn study {compare or tune}")
    from potlearn import tasks
    from potlearn.cli.select_config import select_config

    _show(tasks.select(select_config(given), progress=True))


def _show(outcome: SelectionOutcome) -> None:
    from potlearn.cli.console import show_table

    show_table(("group", "configurations", "chosen"), outcome.groups)
    typer.echo(outcome.summary)
    for note in outcome.notes:
        typer.echo(f"note: {note}")
    typer.echo(f"written: {', '.join(str(path) for path in outcome.files)}")
