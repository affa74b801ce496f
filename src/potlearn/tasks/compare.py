"""``potlearn select --compare``: many ways to choose, and what the fits are worth."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from potlearn.runtime import write_json
from potlearn.tasks.files import check_report_extra
from potlearn.tasks.settings.study import CompareConfig, MethodConfig, PoolConfig
from potlearn.tasks.study_data import ProgressBar, StudyData, numbers_of, prepare

if TYPE_CHECKING:
    from potlearn.runtime import Executor
    from potlearn.studies import Method, Table


@dataclass(frozen=True)
class CompareOutcome:
    """Results of a comparison, and where they were written."""

    table: Table
    folder: Path
    files: tuple[str, ...]


def run_compare(config: CompareConfig, executor: Executor, progress: ProgressBar) -> CompareOutcome:
    """Compare, and write the output folder; the same configuration goes on after a stop.

    Methods, sizes and seeds may be added: cells that are finished are not done again.

    Raises
    ------
    PotlearnError
        As reading, features, selectors and fits do.
    """
    from potlearn.features import configuration_features
    from potlearn.runtime import Runtime
    from potlearn.studies import Comparison, Results, Table, content_of, run_comparison

    if config.output.report:
        check_report_extra()
    folder = config.output.folder
    folder.mkdir(parents=True, exist_ok=True)
    data = StudyData.of(config.data)
    descriptor, fits = prepare(config, data, executor, progress)
    methods = [method_of(method) for method in config.methods]
    splits = data.splits(config.seeds)
    sizes = numbers_of(config.sizes, len(splits[0].pool))
    with progress("features") as report:
        features = {
            rows: configuration_features(
                data.dataset, descriptor, rows[1:], runtime=Runtime(executor, progress=report)
            )
            for rows in {method.rows for method in methods}
        }
    comparison = Comparison(fits, features, data.dataset.n_atoms, methods, sizes, splits)
    results = Results(folder / "results.jsonl", content_of(comparison))
    with progress("fits") as report:
        run_comparison(comparison, results, Runtime(executor, progress=report))
    table = Table({cell: results.records[cell] for cell in comparison.cells()}, config.baseline)
    return _write(config, table)


def method_of(config: MethodConfig) -> Method:
    """The method of a section."""
    from potlearn.studies import Method

    return Method(config.label, config.method, config.parameters, config.features, config.scaling)


def _write(config: CompareConfig, table: Table) -> CompareOutcome:
    folder = config.output.folder
    (folder / "config.yaml").write_text(config.to_yaml(), encoding="utf-8")
    write_json(folder / "table.json", {"baseline": table.baseline, "rows": rows_of(table)})
    files = ["config.yaml", "results.jsonl", "table.json", "rows"]
    if config.output.report:
        from potlearn.report import ReportInfo, comparison_figure, write_comparison_report

        settings = {
            "Study": {"sizes": table.sizes, "seeds": config.seeds, "baseline": table.baseline},
            "Descriptor": config.descriptor.model_dump(mode="json", exclude_none=True),
            "Fit": config.fit.model_dump(mode="json", exclude_none=True),
            "Data": data_settings(config.data),
        }
        count = f"{len(table.methods)} ways to choose, {len(table.sizes)} sizes"
        summary = f"{count}, {config.seeds} seeds; every subset was fitted and tested."
        info = ReportInfo("Ways to choose, compared", summary, settings)
        write_comparison_report(folder / "report.html", table, info)
        comparison_figure({"": table}, folder / "comparison.png")
        files += ["report.html", "comparison.png"]
    return CompareOutcome(table, folder, tuple(files))


def data_settings(config: PoolConfig) -> dict[str, object]:
    """The data section for a report: files by name, without their folders."""
    files: dict[str, object] = {"files": [path.name for path in config.files]}
    if config.test is not None:
        return files | {"test": [path.name for path in config.test]}
    return files | {"split": config.split.model_dump(mode="json")}


def rows_of(table: Table) -> list[dict[str, object]]:
    """Means and intervals of all methods and sizes, in eV/atom and eV/Å."""
    rows: list[dict[str, object]] = []
    for method in table.methods:
        for size in table.sizes:
            row: dict[str, object] = {"method": method, "size": size}
            failure = table.failure(method, size)
            row |= {"error": failure} if failure else {}
            for quantity in ("energy_mae", "forces_mae", "energy_rmse", "forces_rmse", "condition"):
                found = table.mean(method, size, quantity, quantity == "condition")
                if found.mean == found.mean:
                    bounds = [found.low, found.high] if found.low == found.low else None
                    row[quantity] = {"mean": found.mean, "interval": bounds}
            atoms = table.mean(method, size, "atoms").mean
            row |= {"atoms": atoms} if atoms == atoms else {}
            rows.append(row)
    return rows


def show_compare(outcome: CompareOutcome) -> None:
    """Print the table of errors, and where half the configurations are enough."""
    from potlearn.cli.console import show_table

    table = outcome.table
    for quantity, title in (
        ("energy_mae", "energy, MAE on the test set (meV/atom)"),
        ("forces_mae", "forces, MAE on the test set (meV/Å)"),
    ):
        columns = ("method", *(f"k = {k}" for k in table.sizes))
        rows = [
            (method, *(_cell(table, method, k, quantity) for k in table.sizes))
            for method in table.methods
        ]
        show_table(columns, rows, title)
    halves = table.savings(["energy_mae", "forces_mae"])
    for method, small, large in halves:
        typer.echo(f"{small} by {method} are as good as {large} by {table.baseline}")
    if not halves:
        typer.echo(f"no method is as good as {table.baseline} with half the configurations")
    typer.echo(f"written to {outcome.folder}: {', '.join(outcome.files)}")


def _cell(table: Table, method: str, size: int, quantity: str) -> str:
    """``"3.21 ± 0.16"``, or why there is nothing."""
    found = table.mean(method, size, quantity)
    if found.mean != found.mean:
        return "k above the rank" if "rank" in table.failure(method, size) else "–"
    half = 1e3 * (found.high - found.mean)
    spread = f" ± {_digits(half, 2)}" if half == half else ""
    return f"{_digits(1e3 * found.mean, 3)}{spread}"


def _digits(value: float, digits: int) -> str:
    """A positive number with some digits, and never with an exponent."""
    return f"{value:.0f}" if value >= 10**digits else f"{value:#.{digits}g}".rstrip(".")
