"""``potlearn study``: ways to select configurations, compared or searched."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    context: typer.Context,
    config: Annotated[
        Path | None, typer.Argument(metavar="CONFIG.yaml", help="Configuration of the study.")
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
    schema: Annotated[
        str | None,
        typer.Option(metavar="STUDY", help="Print the JSON schema (comparison or search)."),
    ] = None,
) -> None:
    """Compare ways to select configurations, or search the best one, for your data."""
    from potlearn.tasks.settings.study import kind_of_study

    if schema is not None:
        from potlearn.cli.schema import schema_as_json

        typer.echo(schema_as_json(kind_of_study({"study": schema}, "--schema")))
        return
    if config is None:
        raise typer.BadParameter("name a configuration file, or ask for --schema")
    from potlearn import tasks
    from potlearn.cli.config_file import load_section, read_raw
    from potlearn.cli.study_tables import show_study
    from potlearn.runtime import Runtime

    kind = kind_of_study(read_raw(config), str(config))
    settings = load_section(kind, config, overrides or (), output)
    runtime = Runtime(workers, scheduler)
    show_study(tasks.study(settings, runtime=runtime, progress=True))
