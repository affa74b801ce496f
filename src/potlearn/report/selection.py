"""The report of a selection: where the chosen configurations lie among all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from potlearn.report import sections
from potlearn.report.html import write_page
from potlearn.report.info import ReportInfo
from potlearn.report.numbers import counted, natural, significant
from potlearn.report.plots import (
    ACCENT,
    GREY,
    ORANGE,
    figure,
    legend,
    line,
    logarithmic,
    points,
    told,
)
from potlearn.report.sources import short_sources
from potlearn.report.spread import Spread
from potlearn.report.table import Cell, Table, count, number, text
from potlearn.typing import Array

# Rows that are drawn beside the chosen ones, at most.
MOST_POINTS = 10_000


@dataclass(frozen=True)
class SelectionView:
    """What a report shows of a selection.

    Attributes
    ----------
    title, summary : str
    sources, groups : sequence of str
        Of all rows, ``"file.extxyz:17"``.
    X : (n, F)
        Features as the selector saw them.
    chosen : (k,) int
        Rows in the order of choice.
    scores : (k,)
    inclusion : (n,) or None
        Probability that each row is chosen, where the selector states one.
    settings : mapping of str to mapping
        What else to tell, by heading.
    """

    title: str
    summary: str
    sources: Sequence[str]
    groups: Sequence[str]
    X: Array
    chosen: NDArray[np.int64]
    scores: Array
    inclusion: Array | None = None
    settings: Mapping[str, Mapping[str, object]] = field(default_factory=dict)


def write_selection_report(path: str | Path, view: SelectionView, seed: int = 0) -> None:
    """Write the report of a selection, one HTML file that needs no network.

    Parameters
    ----------
    path : path
    view : SelectionView
    seed : int
        Of the rows that are drawn where there are too many, and of the random choice beside.

    Raises
    ------
    MissingExtraError
        plotly is not installed.
    """
    spread = Spread.of(view.X, view.chosen, seed, MOST_POINTS)
    names = short_sources(view.sources)
    figures = {
        "map": _map(view, spread, names),
        "spectrum": _spectrum(spread),
        "nearest": _nearest(spread),
    }
    if view.inclusion is not None:
        figures["inclusion"] = _inclusion(view, spread, names)
    info = ReportInfo(view.title, view.summary, view.settings)
    parts = {"map": _map_section(spread), "coverage": _coverage(view)}
    parts["spread"] = _spread_section(figures)
    if view.settings:
        parts["settings"] = sections.fitted(info, "settings")
    body = "\n".join([sections.header(info, list(parts)), *parts.values()])
    write_page(path, view.title, body, {"figures": figures, "first": ""})


def _map(view: SelectionView, spread: Spread, names: Sequence[str]) -> dict[str, Any]:
    others, chosen = spread.shown, view.chosen
    order = [f"choice {t + 1}, score {significant(s)}" for t, s in enumerate(view.scores)]
    grey = _marks(spread, others, _told(view, names, others), "#b6bfca", "not chosen", 4)
    blue = _marks(spread, chosen, _told(view, names, chosen, order), ACCENT, "chosen", 7)
    share = [f"{100 * s:.0f} %" for s in [*spread.shares, 0.0][:2]]
    axes = ({"title": f"Component {j + 1} ({s} of the variance)"} for j, s in enumerate(share))
    return figure([grey, blue], *axes, **legend(orientation="h", y=1.0, yanchor="bottom"))


def _marks(
    spread: Spread, rows: NDArray[np.int64], texts: list[str], colour: str, name: str, size: float
) -> dict[str, Any]:
    x, y = spread.map[rows].T.tolist()
    return points(x, y, texts, colour, name, size)


def _told(
    view: SelectionView, names: Sequence[str], rows: NDArray[np.int64], more: Sequence[str] = ()
) -> list[str]:
    """Texts of rows: configuration, group, and how it was chosen."""
    extra = more or [""] * len(rows)
    return [
        told(names[i], view.groups[i], *([m] if m else []))
        for i, m in zip(rows.tolist(), extra, strict=True)
    ]


def _spectrum(spread: Spread) -> dict[str, Any]:
    k = np.arange(1, len(spread.variances) + 1).tolist()
    traces = [
        line(k, spread.variances.tolist(), GREY, "all"),
        line(k, spread.chosen_variances.tolist(), ACCENT, "chosen", mode="lines+markers"),
    ]
    values = [*spread.variances.tolist(), *spread.chosen_variances.tolist()]
    top = max(values)
    y = logarithmic("Variance", [v for v in values if v > 1e-8 * top])
    return figure(traces, {"title": "Principal component"}, y, **legend())


def _nearest(spread: Spread) -> dict[str, Any]:
    shares = np.linspace(0, 100, 101).tolist()
    traces = [
        line(np.percentile(spread.random_nearest, shares).tolist(), shares, GREY, "random choice"),
        line(np.percentile(spread.nearest, shares).tolist(), shares, ACCENT, "this choice"),
    ]
    x = {"title": "Distance to the nearest chosen one", "rangemode": "tozero"}
    place = legend(y=0.05, yanchor="bottom")
    return figure(traces, x, {"title": "Share of all (%)", "range": [0, 101]}, **place)


def _inclusion(view: SelectionView, spread: Spread, names: Sequence[str]) -> dict[str, Any]:
    assert view.inclusion is not None
    order = np.argsort(-view.inclusion, kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(1, len(order) + 1)
    traces = []
    for rows, colour, name, size in (
        (spread.shown, "#b6bfca", "not chosen", 4),
        (view.chosen, ORANGE, "chosen", 6),
    ):
        p = view.inclusion[rows]
        more = [f"probability {significant(x)}" for x in p]
        texts = _told(view, names, rows, more)
        traces.append(points(rank[rows].tolist(), p.tolist(), texts, colour, name, size))
    y = {"title": "Inclusion probability", "rangemode": "tozero"}
    return figure(traces, {"title": "Rank", "rangemode": "tozero"}, y, **legend())


def _map_section(spread: Spread) -> str:
    hidden = spread.n_hidden
    note = "Principal components of the features as the selector saw them. Point at a mark to see "
    note += "its configuration."
    if hidden:
        note += f" {counted(hidden, 'row')} that were not chosen are left out."
    plots = sections.plot("figure", "Principal components", "chosen: blue", "map")
    return sections.section("map", note, f'<div class="plots one">{plots}</div>')


def _spread_section(figures: Mapping[str, Any]) -> str:
    captions = {
        "spectrum": ("Spectrum", "variance along the principal components of all"),
        "nearest": ("Distances", "how far the nearest chosen one is"),
        "inclusion": ("Inclusion probabilities", "of every row, by rank"),
    }
    shown = [sections.plot("figure", *captions[key], key) for key in captions if key in figures]
    note = (
        "A choice that spreads has at least the variance of all along every component; one that "
        "covers leaves no row far from a chosen one. The random choice has as many rows."
    )
    return sections.section("spread", note, f'<div class="plots">{"".join(shown)}</div>')


def _coverage(view: SelectionView) -> str:
    """Table of the groups: rows, chosen ones, and shares as bars."""
    groups = np.array(view.groups, dtype=str)
    taken = groups[view.chosen]
    rows = [_group("All", len(groups), len(taken), len(taken) / len(groups))]
    rows += [
        _group(name, n, int((taken == name).sum()), len(taken) / len(groups))
        for name in sorted(set(view.groups), key=natural)
        for n in [int((groups == name).sum())]
    ]
    headings = [("Group", True), ("All", False), ("Chosen", False), ("Chosen, %", False)]
    headings.append(("Times the average", False))
    table = Table(headings, rows, top="All", kind="groups")
    note = "Times the average: share chosen of the group over the share chosen of all."
    return sections.section("coverage", note, table.html())


def _group(name: str, n: int, chosen: int, average: float) -> list[Cell]:
    share = chosen / n
    return [text(name), count(n), count(chosen), number(100 * share), number(share / average)]


def page_title(method: str, k: int, what: str) -> str:
    """Heading of a selection's report."""
    return escape(f"{counted(k, what)} by {method}")
