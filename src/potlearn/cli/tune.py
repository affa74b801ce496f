"""``potlearn tune``: the Pareto front of accuracy against force time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from potlearn.cli import label_options as o

if TYPE_CHECKING:
    from potlearn.tasks import TuneConfig
    from potlearn.typing import Settings


def command(
    context: typer.Context,
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="CONFIG.yaml | DATA... | DIR",
            help="Configuration of the search, files of labelled configurations, or, with --show, "
            "the folder of a search.",
        ),
    ] = None,
    output: Annotated[Path | None, typer.Option(help="Output folder.")] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY.PATH=VALUE", help="Override a key; the value in YAML."),
    ] = None,
    trials: Annotated[
        int | None, typer.Option(min=1, help="Number of trials, earlier ones included.")
    ] = None,
    time: Annotated[
        str | None, typer.Option(metavar="TIME", help="Longest time of this run, such as 30m.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Number of processes.")] = 1,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Dask scheduler to work on.")
    ] = None,
    show: Annotated[
        bool, typer.Option("--show", help="Show front and history of a search so far, and exit.")
    ] = False,
    key: o.Keys = None,
    nan: o.Nan = None,
    unit: o.Units = None,
    where: o.Where = None,
    types: o.Types = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON schema of CONFIG.yaml and exit.")
    ] = False,
) -> None:
    """Search the Pareto front of accuracy against force time; the same command continues.

    DATA without a configuration is searched over both families, cutoffs and numbers of functions.
    --key, --nan, --unit, --where and --type are for DATA; a configuration has them in its section
    data.
    """
    if schema:
        from potlearn.cli.schema import schema_as_json
        from potlearn.tasks import TuneConfig

        typer.echo(schema_as_json(TuneConfig))
        return
    if not files:
        raise typer.BadParameter("name a configuration file or data, or ask for --schema")
    from potlearn.cli.tune_tables import show_study, show_tuned

    if show:
        show_study(_one_folder(files))
        return
    from potlearn import tasks
    from potlearn.runtime import Runtime

    given = [*(overrides or ())]
    given += [] if trials is None else [f"search.trials={trials}"]
    given += [] if time is None else [f"search.time={time!r}"]
    settings = _configuration(files, given, output, o.label_settings(context.params))
    runtime = Runtime(workers, scheduler)
    show_tuned(tasks.tune(settings, runtime=runtime, progress=True))


def _one_folder(files: Sequence[Path]) -> Path:
    if len(files) != 1:
        raise typer.BadParameter(f"--show takes one folder, got {len(files)}")
    return files[0]


def _configuration(
    files: Sequence[Path], overrides: Sequence[str], output: Path | None, labels: Settings
) -> TuneConfig:
    """The configuration that was given, or the usual search of the data that were given."""
    from potlearn.cli.config_file import is_configuration, load_section, set_value
    from potlearn.errors import ConfigError
    from potlearn.tasks import TuneConfig

    if len(files) == 1 and is_configuration(files[0]):
        o.refuse_labels(files[0], labels)
        return load_section(TuneConfig, files[0], overrides, output)
    if len(files) == 1 and (files[0] / "trials.json").is_file():
        raise ConfigError(
            f"{files[0]}: the folder of a search; show it with --show, or continue it with "
            f"potlearn tune {files[0] / 'config.yaml'}"
        )
    raw: Settings = {"data": {"file": [str(path) for path in files], **labels}}
    for item in overrides:
        set_value(raw, item)
    if output is not None:
        set_value(raw, "output.folder", str(output))
    return TuneConfig.of(raw, source="--set")
