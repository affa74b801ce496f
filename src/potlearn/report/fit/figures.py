"""Figures for papers: parity plots and error distributions as PNG, PDF or other formats.

Frames are placed by hand, from the widths of their tick labels: that takes a fraction of the time
of matplotlib's layouts, and the frames of all parity plots have one size where they can.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, floor, log10
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from potlearn.metrics import QUANTITIES, Evaluation, Quantity, Values, error_measures
from potlearn.report.fit.cards import shown
from potlearn.report.fit.grids import histogram_edges
from potlearn.report.fit.parity import MOST_POINTS, bounds_of
from potlearn.report.paper import ACCENT, COLUMN, GREY, minus, style, write

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Sets = Mapping[str, Values]
"""Labelled components of one quantity, by name of the set."""

# Lengths in inches: the margins around a frame and for the labels of its axes, the distance between
# frames, the smallest width of the tick labels on the left, the width of a digit of a tick label.
_MARGIN, _BELOW, _LABEL, _BETWEEN, _LEAST, _DIGIT = 0.06, 0.40, 0.20, 0.14, 0.28, 0.071
# More components are stored as a picture, not as points of their own.
_RASTERIZED = 2000


def figures(
    evaluations: Mapping[str, Evaluation],
    folder: str | Path,
    formats: Sequence[str] = ("png", "pdf"),
) -> list[Path]:
    """Write ``parity_energy``, ``parity_forces``, ``parity_stress`` and ``errors``.

    One column wide (``errors``: two), 8 to 9 pt type.  Quantities without labels have no figure.

    Parameters
    ----------
    evaluations : mapping of str to Evaluation
        By name of the set; ``"test"`` (or else the last) is drawn on top, in colour.
    folder : str or Path
        Where to write; made if it does not exist.
    formats : sequence of str
        File name endings that matplotlib knows.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    MissingExtraError
        matplotlib is not installed.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    found = {q: _values(evaluations, q) for q in QUANTITIES.values()}
    quantities = {q: sets for q, sets in found.items() if sets}
    written = []
    with style():
        for quantity, sets in quantities.items():
            written += write(_parity(quantity, sets), folder, f"parity_{quantity.key}", formats)
        if quantities:
            written += write(_errors(quantities), folder, "errors", formats)
    return written


def _values(evaluations: Mapping[str, Evaluation], quantity: Quantity) -> dict[str, Values]:
    """Sets with labels; the one that is drawn on top comes last."""
    last = "test" if "test" in evaluations else next(reversed(list(evaluations)), "")
    names = [name for name in evaluations if name != last]
    every = {name: evaluations[name].values(quantity.key) for name in [*names, last] if name}
    return {name: values for name, values in every.items() if len(values.reference)}


def _colours(sets: Sets) -> dict[str, str]:
    """Grey for all but the last."""
    names = list(sets)
    return {name: ACCENT if name == names[-1] else GREY for name in names}


def _frame(figure: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Axes whose frame is at this place, in inches."""
    across, up = figure.get_size_inches()
    return figure.add_axes((left / across, bottom / up, width / across, height / up))


def _parity(quantity: Quantity, sets: Sets) -> Figure:
    """Prediction against reference."""
    from matplotlib.figure import Figure

    bounds = bounds_of(sets)
    ticks, labels = _ticks(*bounds, COLUMN - 0.8)
    width = max(_LEAST, *map(_width, labels))
    left = _LABEL + width + _MARGIN
    side = COLUMN - max(left, _BELOW) - _MARGIN
    figure = Figure(figsize=(COLUMN, COLUMN))
    axes = _frame(figure, left, _BELOW, side, side)
    axes.plot(bounds, bounds, color="black", linewidth=0.6, zorder=0)
    many = max(len(v.reference) for v in sets.values()) > MOST_POINTS
    for name, colour in _colours(sets).items():
        _scatter(axes, sets[name], colour, name, many)
    lines = [_summary(quantity, name, values) for name, values in sets.items()]
    axes.text(0.97, 0.03, "\n".join(lines), transform=axes.transAxes, ha="right", va="bottom")
    axes.set(xlim=bounds, ylim=bounds)
    axes.set_xticks(ticks, labels)
    axes.set_yticks(ticks, labels)
    _label(axes, "x", f"Reference {quantity.noun} ({quantity.unit})", 0.18 / side)
    _label(axes, "y", f"Predicted {quantity.noun} ({quantity.unit})", (width + 0.08) / side)
    axes.legend(loc="upper left", markerscale=1.5, handletextpad=0.2)
    return figure


def _summary(quantity: Quantity, name: str, values: Values) -> str:
    numbers = error_measures(quantity.key, values)
    mae, rmse = (shown(measure, quantity, numbers[measure]) for measure in ("mae", "rmse"))
    return f"{name}: MAE {mae}, RMSE {rmse} {quantity.error_unit}"


def _label(axes: Axes, which: str, text: str, distance: float) -> None:
    """Label of an axis, in the middle and so far outside the frame (in its sides)."""
    axes.set(**{f"{which}label": text})
    if which == "x":
        axes.xaxis.set_label_coords(0.5, -distance)
    else:
        axes.yaxis.set_label_coords(-distance, 0.5)


def _ticks(low: float, high: float, length: float) -> tuple[list[float], list[str]]:
    """Round numbers on an axis of some length, as many as fit side by side, and their labels."""
    from matplotlib.ticker import MaxNLocator

    ticks: list[float] = []
    labels: list[str] = []
    for most in range(6, 0, -1):
        found = list(MaxNLocator(most, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high))
        step = found[1] - found[0]
        decimals = max(0, ceil(-log10(step) - 1e-9))
        decimals += abs(step * 10**decimals - round(step * 10**decimals)) > 1e-6
        ticks = [t for t in found if low <= t <= high]
        labels = [minus(f"{round(t, decimals) + 0.0:.{decimals}f}") for t in ticks]
        if sum(_width(label) + 0.08 for label in labels) < length:
            break
    # The last label must not reach over the edge of the figure.
    if (
        len(ticks) > 1
        and (high - ticks[-1]) / (high - low) * length + _MARGIN < _width(labels[-1]) / 2
    ):
        return ticks[:-1], labels[:-1]
    return ticks, labels


def _width(label: str) -> float:
    """Width of a tick label, in inches."""
    return _DIGIT * sum({".": 0.5, "\N{MINUS SIGN}": 1.32}.get(c, 1.0) for c in label)


def _scatter(axes: Axes, values: Values, colour: str, name: str, many: bool) -> None:
    """Points, small where there are many."""
    axes.plot(
        values.reference,
        values.prediction,
        linestyle="none",
        marker="o",
        markersize=1.0 if many else 2.0,
        markeredgewidth=0,
        alpha=0.4 if many else 0.6,
        color=colour,
        rasterized=len(values.reference) > _RASTERIZED,
    )
    axes.plot([], [], linestyle="none", marker="o", markersize=3, color=colour, label=name)


def _errors(quantities: Mapping[Quantity, Sets]) -> Figure:
    """Distribution of errors, one panel per quantity on a common vertical axis."""
    from matplotlib.figure import Figure

    n, height = len(quantities), 2.2 - _BELOW - _MARGIN
    left = _LABEL + 0.34 + _MARGIN
    width = (2 * COLUMN - left - _MARGIN - _BETWEEN * (n - 1)) / n
    figure = Figure(figsize=(2 * COLUMN, 2.2))
    shares: list[float] = []
    for k, (quantity, sets) in enumerate(quantities.items()):
        place = left + k * (width + _BETWEEN)
        axes = _frame(figure, place, _BELOW, width, height)
        shares += _histograms(axes, quantity, sets, (width, height))
    low, high = min(s for s in shares if s > 0) / 2, max(shares) * 2
    for axes in figure.axes:
        _decades(axes, low, high, labelled=axes is figure.axes[0])
    _label(figure.axes[0], "y", "Share per bin (%)", 0.40 / width)
    figure.axes[-1].legend(loc="upper right", handlelength=1.2)
    return figure


def _histograms(
    axes: Axes, quantity: Quantity, sets: Sets, size: tuple[float, float]
) -> list[float]:
    """Draw the histograms of one quantity; their shares in percent."""
    width, height = size
    edges = histogram_edges([v.error * quantity.factor for v in sets.values()])
    shares: list[float] = []
    for name, colour in _colours(sets).items():
        error = sets[name].error
        share = 100 * np.histogram(error * quantity.factor, edges)[0] / len(error)
        axes.stairs(share, edges, color=colour, label=name)
        shares += share.tolist()
    axes.set_xlim(edges[0], edges[-1])
    axes.set_xticks(*_ticks(edges[0], edges[-1], width))
    text = f"{quantity.noun.capitalize()} error ({quantity.error_unit})"
    _label(axes, "x", text, 0.18 / height)
    return shares


def _decades(axes: Axes, low: float, high: float, labelled: bool) -> None:
    """A logarithmic vertical axis with plain numbers; small ticks only beside them."""
    powers = [10.0**k for k in range(floor(log10(low)), ceil(log10(high)) + 1)]
    ticks = [p for p in powers if low <= p <= high]
    between = [k * p for p in powers for k in range(2, 10) if low <= k * p <= high]
    axes.set_yscale("log")
    axes.set_ylim(low, high)
    axes.set_yticks(ticks, [f"{tick:g}" if labelled else "" for tick in ticks])
    axes.set_yticks(
        between if labelled else [], [""] * len(between) if labelled else [], minor=True
    )
