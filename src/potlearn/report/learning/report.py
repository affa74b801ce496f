"""The report of active learning as one HTML file."""

from __future__ import annotations

from pathlib import Path

from potlearn.errors import PotlearnError
from potlearn.registry import Registry
from potlearn.report.info import ReportInfo
from potlearn.report.learning.view import LearningView
from potlearn.report.page.document import write_page
from potlearn.report.page.panel import Maker, made

PANELS: Registry[Maker[LearningView]] = Registry(
    "panel",
    PotlearnError,
    {
        "errors": "potlearn.report.learning.panels:errors",
        "scores": "potlearn.report.learning.panels:scores",
        "rounds": "potlearn.report.learning.panels:rounds",
    },
)
"""Panels of the report, in its order."""


def write_learning_report(path: str | Path, info: ReportInfo, view: LearningView) -> None:
    """Write the report of active learning, one HTML file that needs no network.

    Parameters
    ----------
    path : path
    info : ReportInfo
        Title and summary.
    view : LearningView

    Raises
    ------
    MissingExtraError
        plotly is not installed.
    """
    write_page(path, info, made(PANELS, view))
