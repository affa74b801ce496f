"""The panel of the front: all trials in grey, the front in colour, points of others."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import combinations

import numpy as np

from potlearn.report.page.compact import Json, short
from potlearn.report.page.numbers import counted
from potlearn.report.page.panel import Panel
from potlearn.report.page.plots import (
    ACCENT,
    BLACK,
    GREY,
    ORANGE,
    PALE,
    figure,
    hover,
    legend,
    line,
    place,
)
from potlearn.report.tune.cards import choices
from potlearn.report.tune.view import TuneView, axis_of, scaled
from potlearn.tune.front.names import FORCE_TIME, named

_ABOVE: Json = {"orientation": "h", "x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom"}
# Trials above this quantile of an objective do not widen the frame.
SHOWN = 0.9
LIGHT = "#7fabdb"
_SYMBOLS = ("diamond-open", "square-open", "triangle-up-open", "cross-open", "star-open", "x-open")
_NOTE = "Trials that are done are grey. The front is blue: no trial beats its points in everything."
_SAVED = (
    "Trials that are done are grey. Blue are the saved potentials of the front, measured again at "
    "the end, with 95 % bootstrap intervals over validation configurations."
)
_UNSAVED = (
    " Light blue are the other trials that were on the front during the search, whose force times "
    "are estimates of the cost model."
)
_CLICK = '<p class="command" role="status" hidden><code></code> <span></span></p>'


def front(view: TuneView) -> Panel | None:
    """A plot for each pair of objectives; of one objective, its values trial by trial."""
    names = view.tuned.objectives
    if not view.done and not len(view.tuned.front):
        return Panel("Front", "<p>No trial is done.</p>")
    pairs = list(combinations(_cost_first(names), 2))
    figures = {f"front-{y}-{x}": _pair(view, x, y) for x, y in pairs}
    places = [
        place(
            "figure",
            f"{named(y).name} against {_inside(x)}",
            _caption(view, x, y),
            f"front-{y}-{x}",
        )
        for x, y in pairs
    ]
    if not pairs:
        figures["front-trials"] = _history(view)
        places = [place("figure", named(names[0]).name, "trial by trial", "front-trials")]
    wide = "one" if len(places) == 1 else "two"
    content = f'<div class="plots {wide}">{"".join(places)}</div>{_CLICK}'
    return Panel("Front", content, _note(view), figures=figures, data=_data(view))


def _note(view: TuneView) -> str:
    click = "Hover over a point to see its configuration"
    if any(view.commands):
        click += ". A click on a point of the front shows and copies the command that makes it"
    empty = "" if len(view.tuned.front) else " No trial keeps the constraints: the front is empty."
    saved = any(point.model for point in view.tuned.front)
    kinds = (_SAVED if saved else _NOTE) + (_UNSAVED if view.unsaved else "")
    return f"{kinds} {click}.{empty}"


def _data(view: TuneView) -> Json:
    """Texts that several plots share, and the commands of the front."""
    texts = {
        "trials": [view.words(trial) for trial in view.behind],
        "unsaved": [view.words(trial) for trial in view.unsaved],
        "front": [view.words(point) for point in view.tuned.front],
    }
    return {"texts": texts, "commands": view.commands}


def _cost_first(names: Sequence[str]) -> list[str]:
    """Objectives with the force time first, which then is the horizontal axis."""
    return sorted(names, key=lambda name: name != FORCE_TIME)


def _inside(name: str) -> str:
    """A name within a sentence."""
    text = named(name).name
    return text if text[:2].isupper() else text[0].lower() + text[1:]


def _caption(view: TuneView, x: str, y: str) -> str:
    shown = _frame(view, x), _frame(view, y)
    outside = sum(
        any(trial.values[n] > limit for n, limit in zip((x, y), shown, strict=True))
        for trial in view.done
    )
    if not outside:
        return "all trials"
    return f"{counted(outside, 'trial')} {'is' if outside == 1 else 'are'} beyond the frame"


def _frame(view: TuneView, name: str) -> float:
    """The largest value that is shown."""
    values = [trial.values[name] for trial in view.done]
    points = [
        bound
        for point in view.tuned.front
        for bound in (point.objectives[name].value, point.objectives[name].high)
        if bound is not None
    ]
    others = [value for pair in _published(view, name) for value in pair]
    quantile = [float(np.quantile(values, SHOWN, method="higher"))] if values else []
    return max([*quantile, *points, *others])


def _published(view: TuneView, name: str) -> list[tuple[float]]:
    """Values of others in one of the two objectives that they have."""
    places = {FORCE_TIME: 0, view.tuned.front.error: 1}
    if name not in places:
        return []
    return [(pair[places[name]],) for pair in view.published.values()]


def _pair(view: TuneView, x: str, y: str) -> Json:
    traces = [_trials(view, x, y), *_unsaved(view, x, y), *_limits(view, x, y)]
    if len(view.tuned.front):
        traces += [_front(view, x, y), *_marks(view, x, y)]
    traces += _others(view, x, y)
    axes = [axis_of(name, _range(view, name)) for name in (x, y)]
    return figure(traces, axes[0], axes[1], **legend(**_ABOVE))


def _range(view: TuneView, name: str) -> list[float]:
    """Lowest and highest shown value, in the shown unit."""
    lows = [trial.values[name] for trial in view.done]
    found = [point.objectives[name] for point in view.tuned.front]
    lows += [u.value for u in found]
    lows += [u.low for u in found if u.low is not None and u.low > 0]
    lows += [value for (value,) in _published(view, name)]
    return scaled(name, [min(lows), _frame(view, name)])


def _trials(view: TuneView, x: str, y: str) -> Json:
    kept = [trial.feasible(view.tuned.constraints) for trial in view.behind]
    symbols = ["circle" if ok else "x-thin-open" for ok in kept]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "trials" if all(kept) else "trials (cross: above a limit)",
        "x": short(scaled(x, [t.values[x] for t in view.behind]), 4),
        "y": short(scaled(y, [t.values[y] for t in view.behind]), 4),
        "texts": "trials",
        "hoverinfo": "text",
        "marker": {"color": PALE, "size": 4.5, "symbol": "circle" if all(kept) else symbols},
    }


def _unsaved(view: TuneView, x: str, y: str) -> list[Json]:
    """Trials on the front of the search whose potentials are not saved."""
    if not view.unsaved:
        return []
    trace: Json = {
        "type": "scatter",
        "mode": "markers",
        "name": "front of the search, not saved",
        "x": short(scaled(x, [t.values[x] for t in view.unsaved]), 4),
        "y": short(scaled(y, [t.values[y] for t in view.unsaved]), 4),
        "texts": "unsaved",
        "hoverinfo": "text",
        "marker": {"color": LIGHT, "size": 6},
    }
    return [trace]


def _front(view: TuneView, x: str, y: str) -> Json:
    """Points of the front with their intervals; a step line where two objectives are all."""
    pair_is_all = len(view.tuned.objectives) == 2
    points = view.tuned.front.points
    return {
        "type": "scatter",
        "mode": "lines+markers" if pair_is_all else "markers",
        "name": "front",
        "x": short(scaled(x, [p.objectives[x].value for p in points]), 5),
        "y": short(scaled(y, [p.objectives[y].value for p in points]), 5),
        "error_x": _bars(view, x),
        "error_y": _bars(view, y),
        "texts": "front",
        "hoverinfo": "text",
        "line": {"color": ACCENT, "width": 1.2, "shape": "vh"},
        "marker": {"color": ACCENT, "size": 7},
    }


def _bars(view: TuneView, name: str) -> Json:
    """Intervals of the front as error bars."""
    found = [point.objectives[name] for point in view.tuned.front]
    up = [0.0 if u.high is None else u.high - u.value for u in found]
    down = [0.0 if u.low is None else u.value - u.low for u in found]
    return {
        "type": "data",
        "symmetric": False,
        "array": short(scaled(name, up), 3),
        "arrayminus": short(scaled(name, down), 3),
        "visible": any(up) or any(down),
        "color": "rgba(31,95,168,0.45)",
        "thickness": 1,
        "width": 0,
    }


def _marks(view: TuneView, x: str, y: str) -> list[Json]:
    """Rings around the points that one would take."""
    styles = {"Knee": (ORANGE, 14), "Fastest within one standard error": (BLACK, 19)}
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": question.lower(),
            "x": short(scaled(x, [point.objectives[x].value]), 5),
            "y": short(scaled(y, [point.objectives[y].value]), 5),
            "hoverinfo": "skip",
            "marker": {
                "symbol": "circle-open",
                "color": styles[question][0],
                "size": styles[question][1],
                "line": {"width": 2},
            },
        }
        for question, point in choices(view).items()
        if question in styles
    ]


def _limits(view: TuneView, x: str, y: str) -> list[Json]:
    """Constraints on the two objectives as lines."""
    limits, traces = view.tuned.constraints, list[Json]()
    style: Json = {"dash": "dash", "width": 1}
    if x in limits:
        at = scaled(x, [limits[x]] * 2)
        traces.append(line(at, _range(view, y), GREY, f"limit, {_inside(x)}", style))
    if y in limits:
        at = scaled(y, [limits[y]] * 2)
        traces.append(line(_range(view, x), at, GREY, f"limit, {_inside(y)}", style))
    return traces


def _others(view: TuneView, x: str, y: str) -> list[Json]:
    """Points of others where the pair is error against force time."""
    if (x, y) != (FORCE_TIME, view.tuned.front.error):
        return []
    return [
        {
            "type": "scatter",
            "mode": "markers+text",
            "name": name,
            "showlegend": False,
            "texttemplate": f"<b>{escape(name)}</b>",
            "textposition": "top center",
            "cliponaxis": False,
            "x": short(scaled(x, [time]), 4),
            "y": short(scaled(y, [error]), 4),
            "text": [hover(name, named(y).text(error), named(x).text(time))],
            "hoverinfo": "text",
            "marker": {
                "symbol": _SYMBOLS[i % len(_SYMBOLS)],
                "color": BLACK,
                "size": 10,
                "line": {"width": 1.6},
            },
        }
        for i, (name, (time, error)) in enumerate(view.published.items())
    ]


def _history(view: TuneView) -> Json:
    """Values of the only objective, and the lowest so far."""
    name = view.tuned.objectives[0]
    values = scaled(name, [trial.values[name] for trial in view.done])
    allowed = [trial.feasible(view.tuned.constraints) for trial in view.done]
    numbers = [float(trial.number) for trial in view.done]
    valid = [v if ok else np.inf for v, ok in zip(values, allowed, strict=True)]
    lowest = np.minimum.accumulate(valid) if valid else np.zeros(0)
    start = next((i for i, value in enumerate(lowest) if np.isfinite(value)), len(lowest))
    traces: list[Json] = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": "trials",
            "x": [trial.number for trial in view.behind],
            "y": short(scaled(name, [t.values[name] for t in view.behind]), 4),
            "texts": "trials",
            "hoverinfo": "text",
            "marker": {"color": PALE, "size": 4.5},
        },
        line(numbers[start:], lowest[start:].tolist(), ACCENT, "lowest so far", {"shape": "hv"}),
    ]
    traces += [
        {**trace, "x": [t.number for t in view.unsaved]} for trace in _unsaved(view, name, name)
    ]
    points = view.tuned.front.points
    traces.append(
        {
            "type": "scatter",
            "mode": "markers",
            "name": "best",
            "x": [point.trial for point in points],
            "y": short(scaled(name, [p.objectives[name].value for p in points]), 5),
            "error_y": _bars(view, name),
            "texts": "front",
            "hoverinfo": "text",
            "marker": {"color": ACCENT, "size": 8},
        }
    )
    return figure(traces, {"title": "Trial"}, axis_of(name, _range(view, name)), **legend(**_ABOVE))
