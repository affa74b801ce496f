"""The report of properties as one HTML file."""

from __future__ import annotations

from pathlib import Path

from potlearn.errors import PotlearnError
from potlearn.registry import Registry
from potlearn.report.page.document import write_page
from potlearn.report.page.panel import Maker, made
from potlearn.report.properties.view import PropertiesView

PANELS: Registry[Maker[PropertiesView]] = Registry(
    "panel",
    PotlearnError,
    {
        "numbers": "potlearn.report.properties.panels:numbers",
        "notes": "potlearn.report.properties.panels:notes",
        "curves": "potlearn.report.properties.panels:curves",
        "settings": "potlearn.report.page.settings:settings",
    },
)
"""Panels of the report, in its order."""


def write_properties_report(path: str | Path, view: PropertiesView) -> None:
    """Write the report, one HTML file that needs no network.

    Parameters
    ----------
    path : path
    view : PropertiesView

    Raises
    ------
    MissingExtraError
        plotly is not installed.
    """
    write_page(path, view.info, made(PANELS, view))
