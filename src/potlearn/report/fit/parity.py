"""Panel: parity plots.

Up to ``MOST_POINTS`` components every one is a point.  Above, the plot shows counts on a grid and
the ``WORST`` largest errors as points.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import numpy as np

from potlearn.metrics import QUANTITIES, Evaluation, Quantity, Values
from potlearn.report.fit.cards import shown
from potlearn.report.fit.grids import Grid, padded
from potlearn.report.fit.view import FitView, Sources
from potlearn.report.page.compact import Json, short
from potlearn.report.page.numbers import counted, natural
from potlearn.report.page.panel import Panel
from potlearn.report.page.plots import place

MOST_POINTS = 10_000
WORST = 500

_PARITY_CELLS = 240
_ERROR_CELLS = 120


def parity(view: FitView) -> Panel | None:
    """A row of plots for each set."""
    found = {q.key: _quantity(view, q) for q in QUANTITIES.values()}
    quantities = {key: data for key, data in found.items() if data is not None}
    if not quantities:
        return None
    rows = (
        "".join(
            place("parity", f"{q.name}, {name}", _caption(view, name, q), q.key, name)
            for q in view.labelled(name)
        )
        for name in view.evaluations
    )
    content = _controls(view) + "".join(f'<div class="plots">{row}</div>' for row in rows)
    note = (
        f"Hover over a point to see its configuration. With more than {MOST_POINTS:,} components, "
        f"shading shows their density (logarithmic scale) and points the {WORST} largest errors."
    )
    return Panel("Parity plots", content, note, link="Parity", data={"quantities": quantities})


def _controls(view: FitView) -> str:
    """Prediction or error on the vertical axis; a group to highlight."""
    names = sorted({name for e in view.evaluations.values() for name in e.groups}, key=natural)
    options = "".join(f'<option value="{escape(n)}">{escape(n)}</option>' for n in names)
    choice = (
        f'<label>Highlight <select class="group"><option value="">all groups</option>{options}'
        "</select></label>"
    )
    return (
        '<div class="controls"><span class="switch" role="group" aria-label="Vertical axis">'
        '<button type="button" data-view="parity" aria-pressed="true">Prediction</button>'
        '<button type="button" data-view="error" aria-pressed="false">Error</button></span>'
        f"{choice if len(names) > 1 else ''}</div>"
    )


def _caption(view: FitView, name: str, quantity: Quantity) -> str:
    numbers = view.numbers(name, quantity.key)
    mae, rmse = (shown(measure, quantity, numbers[measure]) for measure in ("mae", "rmse"))
    counts = counted(int(numbers["n"] or 0), quantity.one)
    return f"MAE {mae}, RMSE {rmse} {quantity.error_unit}, {counts}"


def _quantity(view: FitView, quantity: Quantity) -> Json | None:
    """Plots of one quantity, on the same axes for every set; None without labels."""
    every = {name: e.values(quantity.key) for name, e in view.evaluations.items()}
    values = {name: v for name, v in every.items() if len(v.reference)}
    if not values:
        return None
    bounds = bounds_of(values)
    largest = max(np.abs(v.error).max() for v in values.values()) * quantity.factor
    return {
        "unit": quantity.unit,
        "errorUnit": quantity.error_unit,
        "factor": quantity.factor,
        "components": quantity.components,
        "range": short(bounds, 6),
        "largest": short([1.06 * largest or 1.0], 4)[0],
        "sets": {
            name: _set(v, view.evaluations[name], quantity, view.sources[name], bounds)
            for name, v in values.items()
        },
    }


def bounds_of(values: Mapping[str, Values]) -> tuple[float, float]:
    """Limits of both axes."""
    both = [a for v in values.values() for a in (v.reference, v.prediction)]
    return padded(min(float(a.min()) for a in both), max(float(a.max()) for a in both))


def _set(
    values: Values,
    evaluation: Evaluation,
    quantity: Quantity,
    sources: Sources,
    bounds: tuple[float, float],
) -> Json:
    """Points, or counts and the worst points."""
    if len(values.reference) <= MOST_POINTS:
        return {"points": _points(values, evaluation, quantity, sources)}
    size = np.abs(values.error)
    worst = np.argsort(-size, kind="stable")[:WORST]
    limit = float(size[worst[-1]]) or 1e-9
    parity = Grid(bounds, bounds, _PARITY_CELLS, _PARITY_CELLS)
    error = Grid(bounds, (-limit, limit), _ERROR_CELLS, _ERROR_CELLS)
    return {
        "points": _points(values.take(worst), evaluation, quantity, sources),
        "parity": parity.filled(values.reference, values.prediction),
        "error": error.filled(values.reference, values.error, scale=quantity.factor),
    }


def _points(values: Values, evaluation: Evaluation, quantity: Quantity, sources: Sources) -> Json:
    """Reference, error, configuration, component and (for forces) atom of each point."""
    points: dict[str, object] = {
        "x": short(values.reference, 8),
        "e": short(values.error * quantity.factor, 4),
        "c": sources(values.configuration.tolist()),
        "k": values.component.tolist(),
    }
    if quantity.key == "forces":
        points["a"] = (values.row - evaluation.first[values.configuration]).tolist()
    return points
