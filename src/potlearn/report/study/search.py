"""The report of a search for the best selection method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from potlearn.errors import PotlearnError
from potlearn.registry import Registry
from potlearn.report.info import ReportInfo
from potlearn.report.page.compact import Json
from potlearn.report.page.document import write_page
from potlearn.report.page.numbers import NOTHING, significant
from potlearn.report.page.numbers import words as spaced
from potlearn.report.page.panel import Maker, Panel, made
from potlearn.report.page.plots import (
    BLACK,
    COLOURS,
    figure,
    hover,
    line,
    logarithmic,
    place,
    points,
)
from potlearn.report.page.tables import Table, headings, number, text
from potlearn.report.study.quantities import COMPARED, words
from potlearn.studies import Estimate

Trial = tuple[int, float, Mapping[str, object]]
"""Number, value and choices of a trial."""
# Trials in the table, the best ones.
MOST = 20


@dataclass(frozen=True)
class SearchView:
    """Trials of a search, errors of the best method, title and settings."""

    trials: Sequence[Trial]
    test: Mapping[str, Mapping[str, Estimate]]
    info: ReportInfo


PANELS: Registry[Maker[SearchView]] = Registry(
    "panel",
    PotlearnError,
    {
        "search": "potlearn.report.study.search:history",
        "test": "potlearn.report.study.search:test_errors",
        "settings": "potlearn.report.page.settings:settings",
    },
)
"""Panels of the report, in its order."""


def write_search_report(
    path: str | Path,
    trials: Sequence[Trial],
    test: Mapping[str, Mapping[str, Estimate]],
    info: ReportInfo,
) -> None:
    """Write the report of a search, one HTML file that needs no network.

    Parameters
    ----------
    path : path
    trials : sequence of (number, value, choices)
        Values are errors relative to those of a random selection.
    test : mapping of str to mapping of str to Estimate
        Errors on the test set by method and quantity.
    info : ReportInfo

    Raises
    ------
    MissingExtraError
        plotly is not installed.
    """
    write_page(path, info, made(PANELS, SearchView(trials, test, info)), first="")


def history(view: SearchView) -> Panel:
    """Value of every trial, and a table of the best ones."""
    caption = "errors relative to those of a random selection"
    plot = place("figure", "Trials", caption, "search")
    note = "Below 1, a trial beats a random selection. The line is the best value so far."
    content = f'<div class="plots one">{plot}</div>{_best(view.trials)}'
    return Panel("Search history", content, note, "Search", {"search": _figure(view.trials)})


def _figure(trials: Sequence[Trial]) -> Json:
    """A colour for each selector, and the best value so far."""
    selectors = list(dict.fromkeys(str(choices["method"]) for _, _, choices in trials))
    traces = []
    for i, selector in enumerate(selectors):
        own = [trial for trial in trials if trial[2]["method"] == selector]
        texts = [
            hover(f"trial {n}: {significant(v)}", *(f"{k}: {x}" for k, x in c.items()))
            for n, v, c in own
        ]
        x, y = [float(n) for n, _, _ in own], [v for _, v, _ in own]
        traces.append(points(x, y, texts, COLOURS[i % len(COLOURS)], selector, 7))
    numbers, values = [float(n) for n, _, _ in trials], [v for _, v, _ in trials]
    best = [min(values[: i + 1]) for i in range(len(values))]
    traces.append(line(numbers, best, BLACK, "best so far", {"shape": "hv", "width": 1}))
    y_axis = logarithmic("Errors relative to a random selection", [*values, 1.0])
    return figure(traces, {"title": "Trial"}, y_axis, showlegend=True)


def _best(trials: Sequence[Trial]) -> str:
    names = list(dict.fromkeys(name for _, _, choices in trials for name in choices))
    rows = [
        [text(str(n)), number(v), *(text(str(choices.get(k, NOTHING))) for k in names)]
        for n, v, choices in sorted(trials, key=lambda trial: trial[1])[:MOST]
    ]
    heads = [*headings(["Trial"], ["Value"]), *headings([spaced(k) for k in names], [])]
    return f"<h3>Best trials</h3>{Table(heads, rows).html()}"


def test_errors(view: SearchView) -> Panel:
    """Errors of the best method, and of a random selection."""
    known = [q for q in COMPARED if any(q in errors for errors in view.test.values())]
    rows = [
        [text(name), *(text(words(COMPARED[q].scaled(errors[q]))) for q in known)]
        for name, errors in view.test.items()
    ]
    heads = headings(["Method", *(COMPARED[q].title for q in known)], [])
    note = "The test set played no part in the search. Means over seeds of the selection."
    return Panel("Errors on the test set", Table(heads, rows).html(), note, link="Test set")
