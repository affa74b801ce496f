"""The report of a search for the best way to choose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from potlearn.report import sections
from potlearn.report.comparison import QUANTITIES, words
from potlearn.report.html import write_page
from potlearn.report.info import ReportInfo
from potlearn.report.numbers import significant
from potlearn.report.plots import COLOURS, figure, line, logarithmic, points, told
from potlearn.report.table import Table, number, text
from potlearn.studies import Estimate

Trial = tuple[int, float, Mapping[str, Any]]
"""Number, value and choices of a trial."""
# Trials in the table, the best ones.
MOST = 20


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
        Values are errors over those of a random choice.
    test : mapping of str to mapping of str to Estimate
        Errors on the test set by method and quantity.
    info : ReportInfo

    Raises
    ------
    MissingExtraError
        plotly is not installed.
    """
    plot = sections.plot("figure", "Trials", "errors over those of a random choice", "search")
    note = "Below 1 it pays to choose. The line is the best value so far."
    history = f'<div class="plots one">{plot}</div>{_best(trials)}'
    parts = {
        "search": sections.section("search", note, history),
        "test": sections.section("test", "Means over seeds of the choice.", _test(test)),
        "settings": sections.fitted(info, "settings"),
    }
    body = "\n".join([sections.header(info, list(parts)), *parts.values()])
    write_page(path, info.title, body, {"figures": {"search": _history(trials)}, "first": ""})


def _history(trials: Sequence[Trial]) -> dict[str, Any]:
    """Value of every trial, a colour for each selector, and the best so far."""
    selectors = list(dict.fromkeys(str(choices["method"]) for _, _, choices in trials))
    traces = []
    for i, selector in enumerate(selectors):
        chosen = [trial for trial in trials if trial[2]["method"] == selector]
        texts = [
            told(f"trial {n}: {significant(v)}", *(f"{k}: {x}" for k, x in c.items()))
            for n, v, c in chosen
        ]
        x, y = [float(n) for n, _, _ in chosen], [v for _, v, _ in chosen]
        traces.append(points(x, y, texts, COLOURS[i % len(COLOURS)], selector, 7))
    numbers, values = [float(n) for n, _, _ in trials], [v for _, v, _ in trials]
    best = [min(values[: i + 1]) for i in range(len(values))]
    traces.append(line(numbers, best, "#1b2330", "best so far", line={"shape": "hv", "width": 1}))
    up = logarithmic("Errors over those of a random choice", [*values, 1.0])
    return figure(traces, {"title": "Trial"}, up, showlegend=True)


def _best(trials: Sequence[Trial]) -> str:
    names = list(dict.fromkeys(name for _, _, choices in trials for name in choices))
    best = sorted(trials, key=lambda trial: trial[1])[:MOST]
    rows = [
        [text(str(n)), number(v), *(text(str(choices.get(k, "–"))) for k in names)]
        for n, v, choices in best
    ]
    heads = [("Trial", True), ("Value", False), *((k.replace("_", " "), True) for k in names)]
    return f"<h3>The best trials</h3>{Table(heads, rows).html()}"


def _test(test: Mapping[str, Mapping[str, Estimate]]) -> str:
    known = [q for q in QUANTITIES if any(q in errors for errors in test.values())]
    rows = [
        [text(name), *(text(words(_scaled(errors[q], q))) for q in known)]
        for name, errors in test.items()
    ]
    heads = [("Method", True)]
    heads += [(f"{QUANTITIES[q][0]} ({QUANTITIES[q][1]})", True) for q in known]
    return Table(heads, rows).html()


def _scaled(found: Estimate, quantity: str) -> Estimate:
    return Estimate(*(QUANTITIES[quantity][2] * value for value in found))
