"""``potlearn fit``: a potential, its report and its LAMMPS files from a configuration or data."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from potlearn.cli import label_options as o

if TYPE_CHECKING:
    from potlearn.tasks import FitConfig, FitOutcome
    from potlearn.typing import Settings


def command(
    context: typer.Context,
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="CONFIG.yaml | DATA...",
            help="Configuration of the fit, or files of labelled configurations.",
        ),
    ] = None,
    output: Annotated[Path | None, typer.Option(help="Output folder.")] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY.PATH=VALUE", help="Override a key; the value in YAML."),
    ] = None,
    report: Annotated[
        bool | None,
        typer.Option("--report/--no-report", help="Write report.html and figures/ [default: yes]."),
    ] = None,
    quick: Annotated[
        bool,
        typer.Option("--quick", help="For DATA: take the defaults of `potlearn init`, no search."),
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
    """Fit a potential; the output folder holds model, metrics, report and LAMMPS files.

    DATA without a configuration is split, and cutoff, basis and weights are found by held-out
    errors of the training set; fit.yaml in the output folder says what was chosen and why.  With
    --quick it is the configuration of `potlearn init`.  What --set gives is not searched.
    --key, --nan, --unit, --where and --type are for DATA; a configuration has them in its section
    data.
    """
    if schema:
        from potlearn.cli.schema import schema_as_json

        typer.echo(schema_as_json())
        return
    if not files:
        raise typer.BadParameter("name a configuration file or data, or ask for --schema")
    from potlearn import tasks

    given = [*(overrides or ())]
    given += [] if report is None else [f"output.report={str(report).lower()}"]
    labels = o.label_settings(context.params)
    config = _configuration(files, given, output, labels, quick)
    _show(tasks.fit(config, progress=True))


def _configuration(
    files: Sequence[Path],
    overrides: Sequence[str],
    output: Path | None,
    labels: Settings,
    quick: bool,
) -> FitConfig:
    """The configuration that was given, or one for the data that were given."""
    from potlearn.cli.config_file import is_configuration, load_config

    if len(files) == 1 and is_configuration(files[0]):
        o.refuse_labels(files[0], labels)
        if quick:
            raise typer.BadParameter(f"{files[0]} is a configuration: --quick is for data")
        return load_config(files[0], overrides, output)
    folder = output or Path("potential")
    settings = {"files": list(files), "output": folder / "fit.yaml", "folder": ".", **labels}
    path = _initial(settings) if quick else _found(settings, overrides)
    typer.echo(f"settings of this fit: {path}; change them there and run potlearn fit {path}")
    return load_config(path, [*_with_passwords(files, path), *overrides])


def _with_passwords(files: Sequence[Path], path: Path) -> list[str]:
    """Databases as they were given: their passwords are not in the configuration."""
    from potlearn.cli.config_file import read_raw
    from potlearn.data.formats.urls import database_url

    if not any(map(database_url, files)):
        return []
    key = "file" if "file" in read_raw(path)["data"] else "train"
    given = [database_url(file) or str(file.absolute()) for file in files]
    return [f"data.{key}={json.dumps(given)}"]


def _initial(settings: Settings) -> Path:
    """The configuration of ``potlearn init``."""
    from potlearn import tasks

    return tasks.init(settings).path


def _found(settings: Settings, overrides: Sequence[str]) -> Path:
    """A configuration that is found, and what it chose."""
    from potlearn import tasks
    from potlearn.cli.config_file import set_value

    given: Settings = {}
    for item in overrides:
        set_value(given, item)
    outcome = tasks.find({**settings, "given": given}, progress=True)
    for line in outcome.summary:
        typer.echo(line)
    return outcome.path


def _show(outcome: FitOutcome) -> None:
    from potlearn.cli.console import show_change, show_coverage, show_metrics

    show_metrics({name: {"all": errors["all"]} for name, errors in outcome.metrics.items()})
    if outcome.networks is not None and outcome.networks.result.curve.best:
        show_change(outcome.networks.errors, outcome.metrics, (outcome.networks.called, "neural"))
    held_out = {n: e for n, e in outcome.evaluations.items() if n != "train"}
    show_coverage(held_out, groups=False)
    times = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in outcome.timing.items())
    typer.echo(f"{outcome.n_coefficients} coefficients; {times}")
    for note in outcome.notes:
        typer.echo(f"note: {note}")
    typer.echo(f"written to {outcome.folder}: {', '.join(outcome.files)}")
