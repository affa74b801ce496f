"""The report of a selection: where the selected configurations lie among all of them."""

from __future__ import annotations

from pathlib import Path

from potlearn.errors import PotlearnError
from potlearn.registry import Registry
from potlearn.report.page.document import write_page
from potlearn.report.page.panel import Maker, made
from potlearn.report.selection.view import SelectionView

PANELS: Registry[Maker[SelectionView]] = Registry(
    "panel",
    PotlearnError,
    {
        "map": "potlearn.report.selection.map:component_map",
        "coverage": "potlearn.report.selection.coverage:coverage",
        "spread": "potlearn.report.selection.distances:distances",
        "settings": "potlearn.report.page.settings:settings",
    },
)
"""Panels of the report, in its order."""


def write_selection_report(path: str | Path, view: SelectionView) -> None:
    """Write the report of a selection, one HTML file that needs no network.

    Parameters
    ----------
    path : path
    view : SelectionView

    Raises
    ------
    MissingExtraError
        plotly is not installed.
    """
    write_page(path, view.info, made(PANELS, view), first="")
