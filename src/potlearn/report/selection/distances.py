"""Panel: variances, distances to the selected rows, inclusion probabilities."""

from __future__ import annotations

import numpy as np

from potlearn.report.page.compact import Json
from potlearn.report.page.numbers import significant
from potlearn.report.page.panel import Panel
from potlearn.report.page.plots import (
    ACCENT,
    GREY,
    ORANGE,
    PALE,
    figure,
    legend,
    line,
    logarithmic,
    place,
    points,
)
from potlearn.report.selection.map import texts_of
from potlearn.report.selection.view import SelectionView
from potlearn.typing import Array, Indices


def distances(view: SelectionView) -> Panel:
    """Two or three plots side by side."""
    figures = {"spectrum": _spectrum(view), "nearest": _nearest(view)}
    captions = {
        "spectrum": ("Variance", "along the principal components of all rows"),
        "nearest": ("Distance", "to the nearest selected row"),
    }
    if view.inclusion is not None:
        figures["inclusion"] = _inclusion(view, view.inclusion)
        captions["inclusion"] = ("Inclusion probability", "of every row, by rank")
    plots = "".join(place("figure", *captions[key], key) for key in figures)
    note = (
        "A diverse selection has at least the variance of all rows along every component. A "
        "selection that covers the data leaves no row far from a selected one; for comparison, a "
        "random selection of the same size."
    )
    content = f'<div class="plots">{plots}</div>'
    return Panel("Coverage of feature space", content, note, link="Features", figures=figures)


def _spectrum(view: SelectionView) -> Json:
    every, chosen = view.spread.variances.tolist(), view.spread.chosen_variances.tolist()
    k = list(range(1, len(every) + 1))
    traces = [
        line(k, every, GREY, "all"),
        line(k, chosen, ACCENT, "selected", mode="lines+markers"),
    ]
    values = [*every, *chosen]
    y = logarithmic("Variance", [v for v in values if v > 1e-8 * max(values)])
    return figure(traces, {"title": "Principal component"}, y, **legend())


def _nearest(view: SelectionView) -> Json:
    shares = np.linspace(0, 100, 101)
    traces = [
        line(np.percentile(found, shares).tolist(), shares.tolist(), colour, name)
        for found, colour, name in (
            (view.spread.random_nearest, GREY, "random selection"),
            (view.spread.nearest, ACCENT, "this selection"),
        )
    ]
    x = {"title": "Distance to the nearest selected row", "rangemode": "tozero"}
    layout = legend(y=0.05, yanchor="bottom")
    return figure(traces, x, {"title": "Share of all rows (%)", "range": [0, 101]}, **layout)


def _inclusion(view: SelectionView, inclusion: Array) -> Json:
    rank = ranks(inclusion)
    traces = []
    for rows, colour, name, size in (
        (view.spread.shown, PALE, "not selected", 4.0),
        (view.chosen, ORANGE, "selected", 6.0),
    ):
        p = inclusion[rows].tolist()
        texts = texts_of(view, rows, [f"probability {significant(x)}" for x in p])
        traces.append(points(rank[rows].tolist(), p, texts, colour, name, size))
    y = {"title": "Inclusion probability", "rangemode": "tozero"}
    return figure(traces, {"title": "Rank", "rangemode": "tozero"}, y, **legend())


def ranks(values: Array) -> Indices:
    """Rank of each value, 1 for the largest."""
    rank = np.empty(len(values), np.int64)
    rank[np.argsort(-values, kind="stable")] = np.arange(1, len(values) + 1)
    return rank
