"""Parallel coordinates: every trial as a line through its parameters and objectives."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from potlearn.report.page.compact import Json
from potlearn.report.page.panel import Panel
from potlearn.report.page.plots import ACCENT, GREY, ORANGE, figure, place
from potlearn.report.tune.view import TuneView
from potlearn.tune import Trial
from potlearn.tune.front.names import named
from potlearn.tune.summary import value_text
from potlearn.tune.trial import Value

# Lines at most; columns at most; categories with a label at most; characters of a label.
MOST, COLUMNS, LABELLED, LONGEST = 800, 16, 9, 13
# Where a line passes a parameter that does not apply.
ABSENT = -0.1
_WIDTH = 78
_NOTE = (
    "A line is a trial. Lists of numbers are ordered by their mean, words by their first use. At "
    "the bottom, below the axis, a parameter does not apply. A click in the legend hides lines, "
    "two show them alone."
)


@dataclass(frozen=True)
class Column:
    """A parameter or an objective: where each of its values lies, and labels along the axis."""

    title: str
    places: Sequence[float]
    labels: Sequence[tuple[float, str]]


def parallel(view: TuneView) -> Panel | None:
    """Parameters from left to right, then the objectives."""
    trials, n = _shown(view), len(view.done)
    if len(trials) < 2 or not view.keys:
        return None
    keys = list(view.keys)[:COLUMNS]
    columns = [_parameter(view.keys[key], [t.parameters.get(key) for t in trials]) for key in keys]
    columns += [
        _objective(name, [t.values[name] for t in trials]) for name in view.tuned.objectives
    ]
    plot = place("figure", "Parallel coordinates", f"{len(trials):,} of {n:,} trials", "parallel")
    style = f"min-width:{_WIDTH * len(columns)}px;padding:10px 12px 0"
    content = f'<div class="scroll"><div class="plots one" style="{style}">{plot}</div></div>'
    dropped = len(view.keys) - len(keys)
    note = f"{_NOTE} {dropped} more parameters are not drawn." if dropped else _NOTE
    made = _figure(view, trials, columns)
    return Panel(
        "Parallel coordinates", content, note, link="Parameters", figures={"parallel": made}
    )


def _shown(view: TuneView) -> list[Trial]:
    """Trials that keep the constraints, evenly fewer if they are many; the front is among them."""
    on_front = {point.trial for point in view.tuned.front}
    kept = [t for t in view.done if t.feasible(view.tuned.constraints) or t.number in on_front]
    step = max(1, -(-len(kept) // MOST))
    return [t for i, t in enumerate(kept) if i % step == 0 or t.number in on_front]


def _parameter(title: str, values: Sequence[Value]) -> Column:
    applies = [value for value in values if value is not None]
    if all(isinstance(v, int | float) and not isinstance(v, bool) for v in applies):
        return _numeric(title, values, value_text)
    words = {json.dumps(value, default=str): value for value in applies}
    order = sorted(words, key=lambda word: _mean(words[word]))
    place = {word: i / max(len(order) - 1, 1) for i, word in enumerate(order)}
    step = max(1, -(-(len(order) - 1) // (LABELLED - 1)))
    labels = [
        (place[word], value_text(words[word], LONGEST))
        for i, word in enumerate(order)
        if i % step == 0
    ]
    places = [
        ABSENT if value is None else place[json.dumps(value, default=str)] for value in values
    ]
    return Column(title, places, labels)


def _mean(value: Value) -> float:
    """Mean of a list of numbers; 0 of anything else, which leaves the order as it is."""
    numbers = isinstance(value, list) and value and all(isinstance(v, int | float) for v in value)
    return float(np.mean(value)) if numbers else 0.0


def _objective(name: str, values: Sequence[float]) -> Column:
    return _numeric(named(name).title, values, named(name).number)


def _numeric(title: str, values: Sequence[float | None], text: Callable[[float], str]) -> Column:
    """Numbers from the least to the greatest; by logarithms where they span a decade."""
    found = np.array([np.nan if value is None else float(value) for value in values])
    low, high = float(np.nanmin(found)), float(np.nanmax(found))
    use_logs = low > 0 and high > 10 * low
    scale = np.log if use_logs else np.asarray
    first, last = float(scale(low)), float(scale(high))
    places = np.nan_to_num((scale(found) - first) / ((last - first) or 1.0), nan=ABSENT)
    distinct = sorted({float(value) for value in values if value is not None})
    if len(distinct) <= LABELLED:
        at = (np.asarray(scale(distinct)) - first) / ((last - first) or 1.0)
        return Column(
            title, places.tolist(), list(zip(at.tolist(), map(text, distinct), strict=True))
        )
    middle = float(np.exp((first + last) / 2)) if use_logs else (low + high) / 2
    labels = [(0.0, text(low)), (0.5, text(middle)), (1.0, text(high))]
    return Column(title, places.tolist(), labels)


def _figure(view: TuneView, trials: Sequence[Trial], columns: Sequence[Column]) -> Json:
    """Lines of three kinds, labels of values, and an axis for each column."""
    on_front = {point.trial for point in view.tuned.front}
    errors = np.array([trial.values[view.tuned.front.error] for trial in trials])
    good = errors <= np.quantile(errors, 0.1)
    front = [i for i, trial in enumerate(trials) if trial.number in on_front]
    tenth = [i for i in range(len(trials)) if good[i] and i not in set(front)]
    others = [i for i in range(len(trials)) if not good[i] and i not in set(front)]
    best = f"lowest tenth, {named(view.tuned.front.error).name}"
    traces = [
        _lines(columns, others, GREY, "other trials", 0.2),
        _lines(columns, tenth, ORANGE, best, 0.45),
        _lines(columns, front, ACCENT, "front", 0.8),
    ]
    n = len(columns)
    axis_line = {"type": "line", "y0": 0, "y1": 1, "line": {"color": "#5f6b7a", "width": 1}}
    return figure(
        traces,
        {
            "title": "",
            "range": [-0.5, n - 0.35],
            "tickvals": list(range(n)),
            "ticktext": [column.title.replace(" (", "<br>(") for column in columns],
            "tickangle": -25,
            "showgrid": False,
        },
        {
            "title": "",
            "range": [ABSENT - 0.06, 1.06],
            "showticklabels": False,
            "ticks": "",
            "showgrid": False,
        },
        shapes=[{**axis_line, "x0": i, "x1": i} for i in range(n)],
        annotations=[
            _label(i, *label) for i, column in enumerate(columns) for label in column.labels
        ],
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        hovermode=False,
    )


def _lines(
    columns: Sequence[Column], rows: Sequence[int], colour: str, name: str, opacity: float
) -> Json:
    """Lines of some trials in one trace, with gaps between them."""
    xs, ys = list[int | None](), list[float | None]()
    for i in rows:
        xs += [*range(len(columns)), None]
        ys += [*(round(column.places[i], 3) for column in columns), None]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": xs,
        "y": ys,
        "opacity": max(opacity, min(0.8, 60 / max(len(rows), 1))),
        "line": {"color": colour, "width": 0.9},
        "hoverinfo": "skip",
    }


def _label(i: int, place: float, words: str) -> Json:
    """A value beside its axis."""
    return {
        "x": i,
        "y": place,
        "text": escape(words),
        "showarrow": False,
        "xanchor": "left",
        "xshift": 2,
        "font": {"size": 10.5},
        "bgcolor": "rgba(255,255,255,0.75)",
        "borderpad": 0,
    }
