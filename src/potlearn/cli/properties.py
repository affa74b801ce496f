"""``potlearn properties``: what a material would be like, by a potential, beside a reference."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from potlearn.tasks import PropertiesOutcome
    from potlearn.typing import Settings


def command(
    context: typer.Context,
    model: Annotated[
        str | None,
        typer.Argument(help="Potential (a file), or a calculator: emt, module:callable."),
    ] = None,
    config: Annotated[
        Path | None, typer.Argument(metavar="CONFIG.yaml", help="Structure and properties.")
    ] = None,
    reference: Annotated[
        str | None, typer.Option(help="A second potential or calculator, to compare with.")
    ] = None,
    output: Annotated[Path | None, typer.Option(help="Output folder.")] = None,
    samples: Annotated[
        int | None,
        typer.Option(min=0, help="Potentials drawn from the posterior, for error bars [10]."),
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Number of processes [1].")] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY.PATH=VALUE", help="Override a key; the value in YAML."),
    ] = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON schema of CONFIG.yaml and exit.")
    ] = False,
) -> None:
    """Lattice, equation of state, elastic constants, vacancy, surfaces, phonons of MODEL.

    Without a configuration: of the lowest prototype of the model's element. The same command
    continues what was interrupted.
    """
    from potlearn.tasks import PropertiesConfig

    if schema:
        from potlearn.cli.schema import schema_as_json

        typer.echo(schema_as_json(PropertiesConfig))
        return
    if model is None:
        raise typer.BadParameter("name a potential or a calculator, or ask for --schema")
    from potlearn import tasks

    given: Settings = {"model": _place(model), "reference": reference and _place(reference)}
    given |= {"samples": samples, "workers": workers}
    given["output.folder"] = output and str(output.absolute())
    source, folder = ("--set", Path()) if config is None else (str(config), config.parent)
    raw = _raw(config, overrides or (), {k: v for k, v in given.items() if v is not None})
    settings = PropertiesConfig.of(raw, source=source, folder=folder.absolute())
    _show(tasks.properties(settings, progress=True))


def _place(name: str) -> str:
    """An absolute path where there is such a file, since a configuration may lie elsewhere."""
    return str(Path(name).absolute()) if Path(name).is_file() else name


def _raw(config: Path | None, overrides: list[str] | tuple[str, ...], given: Settings) -> Settings:
    from potlearn.cli.config_file import read_raw, set_value

    raw = {} if config is None else read_raw(config)
    for item in overrides:
        set_value(raw, item)
    for key, value in given.items():
        set_value(raw, key, value)
    return raw


def _show(outcome: PropertiesOutcome) -> None:
    from potlearn.cli.console import show_table

    view, measured = outcome.view, outcome.measured
    rows = [
        (name, quantity, unit, *(_text(value) for value in values))
        for name, quantity, unit, values in view.rows()
    ]
    show_table(("property", "quantity", "unit", *view.models), rows)
    for note in outcome.notes:
        typer.echo(f"note: {note}")
    typer.echo(f"{measured.n_calculated} results calculated, {measured.n_found} found")
    for path in outcome.files:
        typer.echo(path)


def _text(value: object) -> str:
    """``"152 ± 3"``; a dash where there is none."""
    from potlearn.report.page.numbers import significant

    number, error = getattr(value, "value", None), getattr(value, "error", None)
    return significant(number, 4) + ("" if error is None else f" ± {significant(error, 2)}")
