"""Plot: share of errors within an interval against the probability of the interval."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from potlearn.metrics import (
    EVERYTHING,
    LEVELS,
    QUANTITIES,
    Evaluation,
    calibration_curve,
    coverage,
    covered,
)
from potlearn.report.fit.view import FitView
from potlearn.report.page.compact import Json, short
from potlearn.report.page.plots import BLACK, COLOURS, figure, legend, line
from potlearn.typing import Array

BAND = "rgba(107,118,132,0.16)"


def calibration(view: FitView, name: str) -> Json:
    """One line per quantity, the diagonal, and what right intervals give by chance."""
    evaluation = view.evaluations[name]
    found = coverage(evaluation).get(EVERYTHING, {})
    traces = [_band(k) for k in sorted({row.configurations for row in found.values()})]
    traces.append(line([0, 100], [0, 100], BLACK, "right", {"width": 1, "dash": "dot"}))
    traces = [{**trace, "showlegend": False, "hoverinfo": "skip"} for trace in traces]
    drawn = curves(evaluation)
    for colour, (key, (levels, shares)) in zip(COLOURS, drawn.items(), strict=False):
        traces.append(_line(QUANTITIES[key].name, colour, levels.tolist(), shares.tolist()))
    axes = {"range": [0, 101], "tickvals": [0, 20, 40, 60, 80, 100]}
    x = {"title": "Probability of the interval (%)", **axes}
    y = {"title": "Share of errors within (%)", **axes}
    right = {"y": 0.02, "yanchor": "bottom"}
    left = {"x": 0.02, "xanchor": "left"}
    return figure(traces, x, y, **legend(**(left if below(drawn) else right)))


def curves(evaluation: Evaluation) -> dict[str, tuple[Array, Array]]:
    """Calibration curves by quantity."""
    found = {key: calibration_curve(evaluation, key) for key in QUANTITIES}
    return {key: curve for key, curve in found.items() if curve is not None}


def below(found: Mapping[str, tuple[Array, Array]]) -> bool:
    """Whether curves run below the diagonal, so that a legend belongs above it."""
    return sum(float(np.mean(shares - levels)) for levels, shares in found.values()) < 0


def _line(name: str, colour: str, levels: list[float], shares: list[float]) -> Json:
    x, y = ([0.0, *(100 * v for v in values)] for values in (levels, shares))
    text = [
        f"{name}: {b:.0f} % of the errors<br>within the interval of {a:.0f} %"
        for a, b in zip(x, y, strict=True)
    ]
    return {**line(x, y, colour, name), "text": text, "hoverinfo": "text"}


def band(configurations: int) -> Mapping[str, list[float]]:
    """Levels, and the 95 % intervals of shares of so many configurations around them, in %."""
    found = [covered(level, level, configurations) for level in LEVELS.tolist()]
    low, high = [0.0, *(c.low for c in found), 1.0], [0.0, *(c.high for c in found), 1.0]
    return {
        "x": [0.0, *(100 * c.level for c in found), 100.0],
        "low": [100 * v for v in low],
        "high": [100 * v for v in high],
    }


def _band(configurations: int) -> Json:
    edges = band(configurations)
    x, low, high = edges["x"], edges["low"], edges["high"]
    outline = {"x": short([*x, *x[::-1]], 4), "y": short([*low, *high[::-1]], 4)}
    style = {"mode": "lines", "line": {"width": 0}, "fill": "toself", "fillcolor": BAND}
    return {"type": "scatter", "name": "", **outline, **style}
