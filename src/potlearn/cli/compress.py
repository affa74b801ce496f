"""``potlearn compress``: a smaller, faster model at nearly the same accuracy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from potlearn.cli import label_options as o

if TYPE_CHECKING:
    from potlearn.tasks import CompressOutcome


def command(
    context: typer.Context,
    model: Annotated[list[Path], typer.Argument(help="Saved model (.potl) of a fit.")],
    data: Annotated[list[Path], typer.Option(help="Configurations that it was fitted to.")],
    output: Annotated[Path | None, typer.Option(help="Saved model (.potl) to write.")] = None,
    k: Annotated[int | None, typer.Option("-k", "--k", help="Functions to keep.")] = None,
    loss: Annotated[
        float | None,
        typer.Option(
            help="Instead of -k: growth of the held-out force error that is allowed [0.1]."
        ),
    ] = None,
    method: Annotated[
        str | None,
        typer.Option(
            help="backward, omp, qr, cur, leverage, ard choose functions; pca, active_subspace "
            "directions [backward]."
        ),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(metavar="error|cost", help="cost: choose for the least force time [error]."),
    ] = None,
    test: Annotated[list[Path] | None, typer.Option(help="Configurations to test on.")] = None,
    curve: Annotated[
        bool, typer.Option("--curve", help="Print and write errors and force times of many sizes.")
    ] = False,
    protect: Annotated[
        bool | None,
        typer.Option("--protect/--no-protect", help="Protection beyond the data [as the model]."),
    ] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that make design rows.")] = None,
    key: o.Keys = None,
    nan: o.Nan = None,
    unit: o.Units = None,
    where: o.Where = None,
    types: o.Types = None,
) -> None:
    """Choose the functions of MODEL that matter, refit them, and write the smaller model."""
    from potlearn import tasks

    given = {n: v for n, v in context.params.items() if v is not None and n not in o.OPTIONS}
    outcome = tasks.compress({**given, **o.label_settings(context.params)}, progress=True)
    _show(outcome)


def _show(outcome: CompressOutcome) -> None:
    from potlearn.cli.console import show_metrics, show_table

    if outcome.curve is not None:
        show_table(*outcome.curve.table())
    if outcome.comparison is not None:
        show_metrics({s: {"all": m["all"]} for s, m in outcome.comparison.metrics.items()})
        typer.echo(outcome.comparison.summary)
    for note in outcome.notes:
        typer.echo(f"note: {note}")
    for path in outcome.files:
        typer.echo(path)
