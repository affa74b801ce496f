"""Compare ways to select: settings in, a folder with the errors of every subset's fit out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from potlearn.data.formats.urls import shown_address
from potlearn.runtime import SERIAL, Runtime
from potlearn.tasks.folder import OutputFolder
from potlearn.tasks.progress import Stages, stages_of
from potlearn.tasks.report_files import check_report_packages
from potlearn.tasks.settings.study import CompareConfig, MethodConfig, PoolConfig
from potlearn.tasks.study_data import StudyData, numbers_of, prepare

if TYPE_CHECKING:
    from potlearn.studies import Method, Table

RESULTS = ("config.yaml", "table.json", "report.html", "comparison.png")
STORES = ("results.jsonl", "rows")


@dataclass(frozen=True)
class CompareOutcome:
    """Results of a comparison, and the folder where they are."""

    table: Table
    output: OutputFolder

    @property
    def folder(self) -> Path:
        """The output folder."""
        return self.output.path


def compare(
    settings: CompareConfig | Mapping[str, Any],
    *,
    runtime: Runtime = SERIAL,
    progress: bool | Stages = False,
) -> CompareOutcome:
    """Compare, and write the output folder; the same settings continue after a stop.

    Methods, sizes and seeds may be added: finished cells are not computed again.

    Parameters
    ----------
    settings : CompareConfig or mapping
    runtime : Runtime
        Workers.
    progress : bool or function
        As for :func:`~potlearn.tasks.fit`.

    Raises
    ------
    PotlearnError
        As reading, features, selectors and fits do.
    """
    from potlearn.features import configuration_features
    from potlearn.studies import Comparison, Results, Table, content_of, run_comparison

    config, stages = CompareConfig.of(settings), stages_of(progress)
    if config.output.report:
        check_report_packages()
    with OutputFolder(config.output.folder, RESULTS, stores=STORES) as folder:
        data = StudyData.of(config.data)
        descriptor, fits = prepare(config, data, runtime, stages)
        methods = [method_of(method) for method in config.methods]
        splits = data.splits(config.seeds)
        sizes = numbers_of(config.sizes, len(splits[0].pool))
        with stages("features") as report:
            own = replace(runtime, progress=report)
            features = {
                rows: configuration_features(data.dataset, descriptor, rows[1:], runtime=own)
                for rows in {method.rows for method in methods}
            }
        comparison = Comparison(fits, features, data.dataset.n_atoms, methods, sizes, splits)
        results = Results(folder.path / "results.jsonl", content_of(comparison))
        with stages("fits") as report:
            run_comparison(comparison, results, replace(runtime, progress=report))
        table = Table({cell: results.records[cell] for cell in comparison.cells()}, config.baseline)
        _write(folder, config, table)
    return CompareOutcome(table, folder)


def method_of(config: MethodConfig) -> Method:
    """The method of a section."""
    from potlearn.studies import Method

    return Method(config.label, config.method, config.parameters, config.features, config.scaling)


def _write(folder: OutputFolder, config: CompareConfig, table: Table) -> None:
    folder.write_text("config.yaml", config.to_yaml())
    folder.write_json("table.json", {"baseline": table.baseline, "rows": rows_of(table)})
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
        with folder.file("report.html") as path:
            write_comparison_report(path, table, info)
        with folder.file("comparison.png") as path:
            comparison_figure({"": table}, path)


def data_settings(config: PoolConfig) -> dict[str, object]:
    """The data section for a report: files by name, without their folders."""
    files: dict[str, object] = {"files": [_name(path) for path in config.files]}
    if config.test is not None:
        return files | {"test": [_name(path) for path in config.test]}
    return files | {"split": config.split.model_dump(mode="json")}


def _name(path: Path) -> str:
    return Path(shown_address(path)).name


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
