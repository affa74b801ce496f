"""``potlearn select``: the configurations that are worth a calculation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from potlearn.tasks.select_outcome import SelectOutcome


def command(
    context: typer.Context,
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE...", help="Anything that ASE reads; labels are not needed."),
    ] = None,
    count: Annotated[
        int | None, typer.Option("-k", "--count", help="Configurations to choose.")
    ] = None,
    method: Annotated[str, typer.Option(help="Selector, as in potlearn.select.SELECTORS.")] = (
        "kmeans"
    ),
    parameters: Annotated[
        list[str] | None,
        typer.Option("--parameter", metavar="KEY=VALUE", help="Parameter of the selector."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Chosen configurations (.extxyz); a folder for studies.")
    ] = None,
    rest: Annotated[Path | None, typer.Option(help="The other configurations (.extxyz).")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of what is random.")] = 0,
    descriptor: Annotated[
        Path | None,
        typer.Option(help="YAML file of the descriptor [default: ACE of some 100 functions]."),
    ] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Descriptor setting, or key of a study."),
    ] = None,
    features: Annotated[
        list[str] | None,
        typer.Option(help="Features of a configuration; several stand side by side."),
    ] = None,
    scaling: Annotated[str, typer.Option(help="standard, whiten or none.")] = "standard",
    environments: Annotated[
        bool, typer.Option(help="Choose atoms; whole configurations are written.")
    ] = False,
    chunk_size: Annotated[
        int | None, typer.Option(min=1, help="Rows of a chunk [default: by the selector].")
    ] = None,
    oversampling: Annotated[
        float, typer.Option(help="How many times the number asked for a chunk keeps.")
    ] = 2.0,
    levels: Annotated[
        bool, typer.Option("--levels", help="Read rows once, level by level; near the flat choice.")
    ] = False,
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 1,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Dask scheduler to work on.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Folder for report.html, figures and selection.json.")
    ] = None,
    compare: Annotated[
        Path | None,
        typer.Option(metavar="CONFIG.yaml", help="Compare methods, sizes and seeds instead."),
    ] = None,
    tune: Annotated[
        Path | None,
        typer.Option(metavar="CONFIG.yaml", help="Search the best method by Optuna instead."),
    ] = None,
) -> None:
    """Choose COUNT configurations of FILE that are worth a calculation."""
    from potlearn.cli.console import progress_bar

    if compare is not None or tune is not None:
        _study(compare, tune, files, overrides or [], output, workers, scheduler)
        return
    if not files or count is None or output is None:
        raise typer.BadParameter("name files, -k and --output (or --compare, or --tune)")
    from potlearn.tasks.select import run_select
    from potlearn.tasks.select_outcome import SelectOptions

    options = SelectOptions(
        files=tuple(files),
        count=count,
        output=output,
        method=method,
        parameters=tuple(parameters or ()),
        rest=rest,
        seed=seed,
        descriptor=descriptor,
        overrides=tuple(overrides or ()),
        features=tuple(features or ("mean",)),
        scaling=scaling,
        environments=environments,
        chunk_size=chunk_size,
        oversampling=oversampling,
        levels=levels,
        workers=workers,
        scheduler=scheduler,
        report=report,
    )
    _show(run_select(options, progress_bar))


def _study(
    compare: Path | None,
    tune: Path | None,
    files: list[Path] | None,
    overrides: list[str],
    output: Path | None,
    workers: int,
    scheduler: str | None,
) -> None:
    from potlearn.cli.config_file import load_section
    from potlearn.cli.console import progress_bar
    from potlearn.runtime import make_executor

    if compare is not None and tune is not None:
        raise typer.BadParameter("--compare and --tune are two studies; give one of them")
    if files:
        raise typer.BadParameter("a study reads the files that its configuration names")
    executor = make_executor(workers, scheduler)
    if compare is not None:
        from potlearn.tasks.compare import run_compare, show_compare
        from potlearn.tasks.settings.study import CompareConfig

        config = load_section(CompareConfig, compare, overrides, output)
        show_compare(run_compare(config, executor, progress_bar))
    elif tune is not None:
        from potlearn.tasks.search import run_tune, show_tune
        from potlearn.tasks.settings.study import TuneConfig

        search = load_section(TuneConfig, tune, overrides, output)
        show_tune(run_tune(search, executor, progress_bar))


def _show(outcome: SelectOutcome) -> None:
    from potlearn.cli.console import show_table

    show_table(("group", "configurations", "chosen"), outcome.groups)
    typer.echo(outcome.summary)
    for note in outcome.notes:
        typer.echo(f"note: {note}")
    typer.echo(f"written: {', '.join(str(path) for path in outcome.files)}")
