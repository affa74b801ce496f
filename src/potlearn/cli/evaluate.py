"""``potlearn evaluate``: errors of a saved model on labelled configurations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from potlearn.cli import label_options as o


def command(
    context: typer.Context,
    model: Annotated[
        Path, typer.Argument(help="Saved model (.potl), X.yace, or PREFIX_param.pod.")
    ],
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="Labelled configurations, anything ASE reads; PREFIX_coeff.pod before them.",
        ),
    ],
    output: Annotated[
        Path | None, typer.Option(help="Folder for metrics, report, figures and predictions.")
    ] = None,
    report: Annotated[
        bool, typer.Option("--report/--no-report", help="Write report.html and figures/.")
    ] = True,
    key: o.Keys = None,
    nan: o.Nan = None,
    unit: o.Units = None,
    where: o.Where = None,
    types: o.Types = None,
) -> None:
    """Print the errors of MODEL on FILE, per group and quantity."""
    from potlearn import potentials, tasks
    from potlearn.cli.console import show_coverage, show_metrics

    parts, data = potentials.split_model([model, *files])
    if not data:
        raise typer.BadParameter("expected files of labelled configurations behind the model")
    settings = {"model": parts, "data": data, "output": output, "report": report}
    labels = o.label_settings(context.params)
    outcome = tasks.evaluate({**settings, **labels}, progress=True)
    show_metrics(outcome.metrics)
    show_coverage({"test": outcome.evaluation})
    for note in outcome.notes:
        typer.echo(f"note: {note}")
    for path in outcome.files:
        typer.echo(path)
