"""The report of a fit: one HTML file that needs no network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from potlearn.errors import PotlearnError
from potlearn.metrics import Evaluation
from potlearn.registry import Registry
from potlearn.report.fit.cards import cards
from potlearn.report.fit.view import FitView
from potlearn.report.info import ReportInfo, SuspiciousLabel
from potlearn.report.page.document import write_page
from potlearn.report.page.panel import Maker, made

PANELS: Registry[Maker[FitView]] = Registry(
    "panel",
    PotlearnError,
    {
        "parity": "potlearn.report.fit.parity:parity",
        "training": "potlearn.report.fit.training:training",
        "contradictions": "potlearn.report.fit.contradictions:contradictions",
        "groups": "potlearn.report.fit.groups:groups",
        "errors": "potlearn.report.fit.distributions:distributions",
        "angles": "potlearn.report.fit.angles:angles",
        "expected": "potlearn.report.fit.uncertainty.expected:expected",
        "against": "potlearn.report.fit.uncertainty.against:against",
        "grades": "potlearn.report.fit.uncertainty.grades:grades",
        "spectrum": "potlearn.report.fit.uncertainty.spectrum:spectrum",
        "beyond": "potlearn.report.fit.beyond:beyond",
        "worst": "potlearn.report.fit.worst:worst",
        "suspicious": "potlearn.report.fit.suspicious:suspicious",
        "settings": "potlearn.report.page.settings:settings",
        "timing": "potlearn.report.page.settings:timing",
    },
)
"""Panels of the report, in its order."""


def write_report(
    path: str | Path,
    evaluations: Mapping[str, Evaluation],
    info: ReportInfo | None = None,
    *,
    suspicious: Sequence[SuspiciousLabel] = (),
    seed: int = 0,
) -> None:
    """Write the report of a potential.

    Parameters
    ----------
    path : str or Path
        The HTML file; about 2 MB, most of it the compressed plotting library.
    evaluations : mapping of str to Evaluation
        By name of the set.  The headline numbers are those of ``"test"``, else of the last set.
        Sets without configurations are left out.  Files are named by the last parts of their paths
        that differ.
    info : ReportInfo, optional
        Title, settings and timing.
    suspicious : sequence of SuspiciousLabel
        Labels to check, in the order to show.
    seed : int
        Of the bootstrap intervals.

    Raises
    ------
    MissingExtraError
        plotly is not installed.
    DataError
        There is no configuration in any set.
    """
    view = FitView.of(evaluations, info, suspicious, seed)
    panels = made(PANELS, view)
    sources = {name: source.written() for name, source in view.sources.items()}
    write_page(path, view.info, panels, cards(view), first=view.first, sources=sources)
