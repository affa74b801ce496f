"""The files that hold results: metrics, report, figures, predictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from potlearn.runtime import write_json

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.metrics import Evaluation
    from potlearn.report import ReportInfo, SuspiciousLabel


def write_evaluation(
    folder: Path,
    evaluation: Evaluation,
    dataset: Dataset,
    errors: Mapping[str, Any],
    model: Path,
    report: bool,
) -> list[Path]:
    """Write what ``potlearn evaluate`` finds; return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    metrics, predictions = folder / "metrics.json", folder / "predictions.extxyz"
    write_json(metrics, errors)
    evaluation.to_extxyz(predictions, dataset)
    written = [metrics, predictions]
    if report:
        write_report_files(folder, {"test": evaluation}, _info_of(model, evaluation))
        written += [folder / "report.html", folder / "figures"]
    return written


def write_report_files(
    folder: Path,
    evaluations: Mapping[str, Evaluation],
    info: ReportInfo,
    suspicious: Sequence[SuspiciousLabel] = (),
) -> None:
    """Write ``report.html`` and ``figures/``."""
    from potlearn.report import figures, write_report

    write_report(folder / "report.html", evaluations, info, suspicious=suspicious)
    figures(evaluations, folder / "figures")


def check_report_extra() -> None:
    """Refuse a report before the work for it is done, if its packages are not installed.

    Raises
    ------
    MissingExtraError
        Naming the package.
    """
    from potlearn.runtime import check_installed

    packages, instead = ("plotly", "matplotlib"), "take --no-report"
    check_installed(*packages, extra="report", what="the report", instead=instead)


def _info_of(model: Path, evaluation: Evaluation) -> ReportInfo:
    from potlearn.report import ReportInfo

    summary = f"Evaluated on {len(evaluation)} configurations."
    return ReportInfo(title=f"{model.stem} evaluated", summary=summary)
