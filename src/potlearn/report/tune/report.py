"""The report of a study as one HTML file."""

from __future__ import annotations

from pathlib import Path

from potlearn.errors import PotlearnError
from potlearn.registry import Registry
from potlearn.report.info import ReportInfo
from potlearn.report.page.document import write_page
from potlearn.report.page.panel import Maker, made
from potlearn.report.tune.cards import cards
from potlearn.report.tune.view import Published, TuneView
from potlearn.tune import Tuned

PANELS: Registry[Maker[TuneView]] = Registry(
    "panel",
    PotlearnError,
    {
        "front": "potlearn.report.tune.front:front",
        "points": "potlearn.report.tune.points:points",
        "progress": "potlearn.report.tune.progress:progress",
        "importances": "potlearn.report.tune.importances:importance",
        "parallel": "potlearn.report.tune.parallel:parallel",
        "survival": "potlearn.report.tune.survival:survived",
        "failures": "potlearn.report.tune.failures:failed",
        "notes": "potlearn.report.tune.failures:notes",
        "settings": "potlearn.report.page.settings:settings",
        "timing": "potlearn.report.page.settings:timing",
    },
)
"""Panels of the report, in its order."""


def write_tune_report(
    path: str | Path, tuned: Tuned, info: ReportInfo, published: Published | None = None
) -> None:
    """Write the report of a study, one HTML file that needs no network.

    Parameters
    ----------
    path : path
    tuned : Tuned
        Finished or not.
    info : ReportInfo
        Title, summary, settings and timing.
    published : mapping of str to (time, error), optional
        Potentials of others by name: force time (µs per atom) and the first error of the
        objectives (eV/Å, eV/atom), drawn beside the front.

    Raises
    ------
    MissingExtraError
        plotly is not installed.
    """
    view = TuneView(tuned, info, published or {})
    write_page(path, info, made(PANELS, view), cards(view), first="")
