"""``potlearn evaluate``: errors of a saved model on labelled configurations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    context: typer.Context,
    model: Annotated[Path, typer.Argument(help="Saved model (.potl).")],
    file: Annotated[Path, typer.Argument(help="Labelled configurations, anything ASE reads.")],
    output: Annotated[
        Path | None, typer.Option(help="Folder for metrics, report, figures and predictions.")
    ] = None,
    report: Annotated[
        bool, typer.Option("--report/--no-report", help="Write report.html and figures/.")
    ] = True,
) -> None:
    """Print the errors of MODEL on FILE, per group and quantity."""
    from potlearn.cli.console import progress_bar, show_metrics
    from potlearn.data import read
    from potlearn.metrics import evaluate, metrics
    from potlearn.potentials import load
    from potlearn.tasks.files import check_report_extra, write_evaluation

    if output is not None and report:
        check_report_extra()
    potential = load(model)
    dataset = read(file).check_species(potential.species)
    with progress_bar("evaluating") as progress:
        evaluation = evaluate(potential, dataset, progress=progress)
    errors = {"test": metrics(evaluation)}
    show_metrics(errors)
    if output is not None:
        for path in write_evaluation(output, evaluation, dataset, errors, model, report):
            typer.echo(path)
