"""The files that hold results: metrics, report, figures, predictions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.metrics import Evaluation


def write_json(path: Path, values: Mapping[str, Any]) -> None:
    """Write strict JSON: absent numbers are null, NaN is a ``ValueError``."""
    path.write_text(json.dumps(values, indent=2, allow_nan=False) + "\n", encoding="utf-8")


def write_evaluation(
    folder: Path,
    evaluation: Evaluation,
    dataset: Dataset,
    errors: Mapping[str, Any],
    potential: Any,
    report: bool,
) -> list[Path]:
    """Write what ``potlearn evaluate`` finds; return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    metrics, predictions = folder / "metrics.json", folder / "predictions.extxyz"
    write_json(metrics, errors)
    evaluation.to_extxyz(predictions, dataset)
    written = [metrics, predictions]
    if report:
        written += write_report_files(folder, {"test": evaluation}, {})
    return written


def write_report_files(
    folder: Path, evaluations: Mapping[str, Evaluation], info: Mapping[str, Any]
) -> list[Path]:
    """Write ``report.html`` and ``figures/``; return their paths."""
    from potlearn.report import ReportInfo, figures, write_report

    path = folder / "report.html"
    write_report(path, evaluations, ReportInfo(**info))
    figures(folder / "figures", evaluations)
    return [path, folder / "figures"]
