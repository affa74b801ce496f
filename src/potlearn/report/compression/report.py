"""The report of a compression's curve as one HTML file."""

from __future__ import annotations

from pathlib import Path

from potlearn.compress import Curve
from potlearn.errors import PotlearnError
from potlearn.registry import Registry
from potlearn.report.info import ReportInfo
from potlearn.report.page.document import write_page
from potlearn.report.page.panel import Maker, made

PANELS: Registry[Maker[Curve]] = Registry(
    "panel",
    PotlearnError,
    {
        "errors": "potlearn.report.compression.panels:errors",
        "numbers": "potlearn.report.compression.panels:numbers",
    },
)
"""Panels of the report, in its order."""


def write_curve_report(path: str | Path, info: ReportInfo, curve: Curve) -> None:
    """Write the report of a curve, one HTML file that needs no network.

    Parameters
    ----------
    path : path
    info : ReportInfo
        Title and summary.
    curve : Curve

    Raises
    ------
    MissingExtraError
        plotly is not installed.
    """
    write_page(path, info, made(PANELS, curve))
