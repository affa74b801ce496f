"""The files of a report: the page and its figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from potlearn.runtime import check_installed
from potlearn.tasks.folder import OutputFolder

if TYPE_CHECKING:
    from potlearn.metrics import Evaluation
    from potlearn.report import ReportInfo, SuspiciousLabel


def write_report_files(
    folder: OutputFolder,
    evaluations: Mapping[str, Evaluation],
    info: ReportInfo,
    suspicious: Sequence[SuspiciousLabel] = (),
) -> None:
    """Write ``report.html`` and ``figures/``."""
    from potlearn.report import figures, write_report

    with folder.file("report.html") as path:
        write_report(path, evaluations, info, suspicious=suspicious)
    with folder.subfolder("figures") as path:
        figures(evaluations, path, training=info.training)


def check_report_packages() -> None:
    """Refuse a report before the work for it is done, if its packages are not installed.

    Raises
    ------
    MissingExtraError
        Naming the package.
    """
    packages, instead = ("plotly", "matplotlib"), "take --no-report"
    check_installed(*packages, extra="report", what="the report", instead=instead)
