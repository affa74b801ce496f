"""Figures for papers: calibration curve, and errors against standard deviations.

Both show one set, that of the headline numbers: a set that was in the fit would flatter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import log
from typing import TYPE_CHECKING

import numpy as np

from potlearn.metrics import (
    EVERYTHING,
    QUANTITIES,
    Evaluation,
    Quantity,
    coverage,
)
from potlearn.report.fit.frames import (
    BELOW,
    LABEL,
    MARGIN,
    framed,
    label_axis,
)
from potlearn.report.fit.uncertainty.against import Pairs, factor_95, limits
from potlearn.report.fit.uncertainty.calibration import band, below, curves
from potlearn.report.page.plots import COLOURS, ORANGE, ticks_between
from potlearn.report.paper import ACCENT, COLUMN, GREY, power_of_ten

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_RASTERIZED = 2000
_TICKS, _EACH = 0.36, {"x": 0.44, "y": 0.25}
"""Width of the tick labels of a logarithmic axis, and the place for each, in inches."""


def uncertainty_figures(evaluations: Mapping[str, Evaluation]) -> Iterator[tuple[str, Figure]]:
    """Names and figures; none without an uncertainty or without labels."""
    named = {name: e for name, e in evaluations.items() if e.spreads is not None and len(e)}
    if not named:
        return
    shown = "test" if "test" in named else list(named)[-1]
    evaluation = named[shown]
    if coverage(evaluation):
        yield "calibration", _calibration(evaluation, shown)
        yield "error_against_std", _against(evaluation)


def _calibration(evaluation: Evaluation, name: str) -> Figure:
    """Share of errors within an interval against its probability."""
    from matplotlib.figure import Figure

    left = LABEL + 0.28 + MARGIN
    side = COLUMN - left - MARGIN - 0.06
    figure = Figure(figsize=(COLUMN, BELOW + side + MARGIN + 0.06))
    axes = framed(figure, left, BELOW, side, side)
    for k in {row.configurations for row in coverage(evaluation)[EVERYTHING].values()}:
        edges = band(k)
        axes.fill_between(edges["x"], edges["low"], edges["high"], color=GREY, alpha=0.2, lw=0)
    axes.plot([0, 100], [0, 100], color="black", linewidth=0.6, linestyle=":")
    drawn = curves(evaluation)
    for colour, (key, curve) in zip(COLOURS, drawn.items(), strict=False):
        x, y = ([0.0, *(100 * values)] for values in curve)
        axes.plot(x, y, color=colour, label=QUANTITIES[key].name)
    axes.set(xlim=(0, 100), ylim=(0, 100))
    label_axis(axes, "x", "Probability of the interval (%)", 0.18 / side)
    label_axis(axes, "y", f"Share of {name} errors within (%)", 0.36 / side)
    axes.legend(loc="upper left" if below(drawn) else "lower right")
    return figure


def _against(evaluation: Evaluation) -> Figure:
    """Absolute errors against standard deviations, one frame per quantity."""
    from matplotlib.figure import Figure

    every = {q: Pairs.of(evaluation, q.key) for q in QUANTITIES.values()}
    found = {q: pairs for q, pairs in every.items() if pairs is not None}
    each = 2 * COLUMN / 3
    left = LABEL + _TICKS + MARGIN
    width, height = each - left - MARGIN, 2.2 - BELOW - MARGIN
    figure = Figure(figsize=(each * len(found), 2.2))
    for k, (quantity, pairs) in enumerate(found.items()):
        axes = framed(figure, k * each + left, BELOW, width, height)
        _pairs(axes, quantity, pairs, factor_95(evaluation, quantity.key), (width, height))
        unit = quantity.error_unit
        label_axis(axes, "x", f"{quantity.noun.capitalize()} std ({unit})", 0.18 / height)
        label_axis(axes, "y", f"Absolute error ({unit})", (_TICKS + 0.08) / width)
    return figure


def _pairs(
    axes: Axes, quantity: Quantity, pairs: Pairs, wide: float, size: tuple[float, float]
) -> None:
    """Points, lines where 68 and 95 % of the errors should end, and where they do."""
    x, y = (np.multiply(bounds, quantity.factor) for bounds in limits([pairs]))
    many = len(pairs.stds) > _RASTERIZED
    axes.plot(
        pairs.stds * quantity.factor,
        pairs.sizes * quantity.factor,
        linestyle="none",
        marker="o",
        markersize=1.0 if many else 2.0,
        markeredgewidth=0,
        alpha=0.3 if many else 0.6,
        color=ACCENT,
        rasterized=many,
    )
    middles, ends = pairs.quantiles()
    for factor, end, dash in zip((1.0, wide), ends, ("-", "--"), strict=True):
        axes.plot(x, factor * x, color=ORANGE, linewidth=0.8, linestyle=dash)
        axes.plot(middles * quantity.factor, end * quantity.factor, color="black", linestyle=dash)
    _logarithmic(axes, "x", (float(x[0]), float(x[1])), size[0])
    _logarithmic(axes, "y", (float(y[0]), float(y[1])), size[1])


def _logarithmic(axes: Axes, which: str, bounds: tuple[float, float], length: float) -> None:
    """A logarithmic axis of so many inches: round numbers, as many as fit."""
    axes.set(**{f"{which}scale": "log", f"{which}lim": bounds})
    axis = axes.xaxis if which == "x" else axes.yaxis
    ticks = ticks_between(*bounds)
    # The last label must not reach over the edge of the figure.
    inside = [t for t in ticks if log(bounds[1] / t) / log(bounds[1] / bounds[0]) * length > 0.12]
    shown = inside[:: max(-(-len(inside) // int(length / _EACH[which])), 1)]
    axis.set_ticks(shown, [power_of_ten(tick) for tick in shown])
    others = [tick for tick in ticks if tick not in shown]
    axis.set_ticks(others, [""] * len(others), minor=True)
