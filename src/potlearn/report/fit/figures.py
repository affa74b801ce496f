"""Figures for papers: parity plots, error distributions, expected errors.

PNG, PDF or other formats.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from potlearn.metrics import QUANTITIES, Evaluation, Quantity, Values, error_measures
from potlearn.report.fit.cards import shown
from potlearn.report.fit.frames import (
    BELOW,
    BETWEEN,
    LABEL,
    LEAST,
    MARGIN,
    colours_of,
    framed,
    label_axis,
    log_axis,
    round_ticks,
    width_of,
)
from potlearn.report.fit.grids import histogram_edges
from potlearn.report.fit.parity import MOST_POINTS, bounds_of
from potlearn.report.fit.training_figure import training_figure
from potlearn.report.fit.uncertainty.figures import uncertainty_figures
from potlearn.report.info import TrainingInfo
from potlearn.report.paper import COLUMN, style, write

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Sets = Mapping[str, Values]
"""Labelled components of one quantity, by name of the set."""

# More components are stored as a picture, not as points of their own.
_RASTERIZED = 2000


def figures(
    evaluations: Mapping[str, Evaluation],
    folder: str | Path,
    formats: Sequence[str] = ("png", "pdf"),
    training: TrainingInfo | None = None,
) -> list[Path]:
    """Write ``parity_energy``, ``parity_forces``, ``parity_stress`` and ``errors``.

    Of a potential with an uncertainty also ``calibration`` and ``error_against_std``, of one with
    networks ``training``.  One column wide (``errors``, ``error_against_std`` and ``training``:
    two), 8 to 9 pt type.  Quantities without labels have no figure.

    Parameters
    ----------
    evaluations : mapping of str to Evaluation
        By name of the set; ``"test"`` (or else the last) is drawn on top, in colour.
    folder : str or Path
        Where to write; made if it does not exist.
    formats : sequence of str
        File name endings that matplotlib knows.
    training : TrainingInfo, optional
        Training of the networks.

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
        for name, figure in uncertainty_figures(evaluations):
            written += write(figure, folder, name, formats)
        learning = training_figure(training) if training else None
        if learning is not None:
            written += write(learning, folder, "training", formats)
    return written


def _values(evaluations: Mapping[str, Evaluation], quantity: Quantity) -> dict[str, Values]:
    """Sets with labels; the one that is drawn on top comes last."""
    last = "test" if "test" in evaluations else next(reversed(list(evaluations)), "")
    names = [name for name in evaluations if name != last]
    every = {name: evaluations[name].values(quantity.key) for name in [*names, last] if name}
    return {name: values for name, values in every.items() if len(values.reference)}


def _parity(quantity: Quantity, sets: Sets) -> Figure:
    """Prediction against reference."""
    from matplotlib.figure import Figure

    bounds = bounds_of(sets)
    ticks, labels = round_ticks(*bounds, COLUMN - 0.8)
    width = max(LEAST, *map(width_of, labels))
    left = LABEL + width + MARGIN
    side = COLUMN - max(left, BELOW) - MARGIN
    figure = Figure(figsize=(COLUMN, COLUMN))
    axes = framed(figure, left, BELOW, side, side)
    axes.plot(bounds, bounds, color="black", linewidth=0.6, zorder=0)
    many = max(len(v.reference) for v in sets.values()) > MOST_POINTS
    for name, colour in colours_of(sets).items():
        _scatter(axes, sets[name], colour, name, many)
    lines = [_summary(quantity, name, values) for name, values in sets.items()]
    axes.text(0.97, 0.03, "\n".join(lines), transform=axes.transAxes, ha="right", va="bottom")
    axes.set(xlim=bounds, ylim=bounds)
    axes.set_xticks(ticks, labels)
    axes.set_yticks(ticks, labels)
    label_axis(axes, "x", f"Reference {quantity.noun} ({quantity.unit})", 0.18 / side)
    label_axis(axes, "y", f"Predicted {quantity.noun} ({quantity.unit})", (width + 0.08) / side)
    axes.legend(loc="upper left", markerscale=1.5, handletextpad=0.2)
    return figure


def _summary(quantity: Quantity, name: str, values: Values) -> str:
    numbers = error_measures(quantity.key, values)
    mae, rmse = (shown(measure, quantity, numbers[measure]) for measure in ("mae", "rmse"))
    return f"{name}: MAE {mae}, RMSE {rmse} {quantity.error_unit}"


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

    n, height = len(quantities), 2.2 - BELOW - MARGIN
    left = LABEL + 0.34 + MARGIN
    width = (2 * COLUMN - left - MARGIN - BETWEEN * (n - 1)) / n
    figure = Figure(figsize=(2 * COLUMN, 2.2))
    shares: list[float] = []
    for k, (quantity, sets) in enumerate(quantities.items()):
        place = left + k * (width + BETWEEN)
        axes = framed(figure, place, BELOW, width, height)
        shares += _histograms(axes, quantity, sets, (width, height))
    low, high = min(s for s in shares if s > 0) / 2, max(shares) * 2
    for axes in figure.axes:
        log_axis(axes, low, high, labelled=axes is figure.axes[0])
    label_axis(figure.axes[0], "y", "Share per bin (%)", 0.40 / width)
    figure.axes[-1].legend(loc="upper right", handlelength=1.2)
    return figure


def _histograms(
    axes: Axes, quantity: Quantity, sets: Sets, size: tuple[float, float]
) -> list[float]:
    """Draw the histograms of one quantity; their shares in percent."""
    width, height = size
    edges = histogram_edges([v.error * quantity.factor for v in sets.values()])
    shares: list[float] = []
    for name, colour in colours_of(sets).items():
        error = sets[name].error
        share = 100 * np.histogram(error * quantity.factor, edges)[0] / len(error)
        axes.stairs(share, edges, color=colour, label=name)
        shares += share.tolist()
    axes.set_xlim(edges[0], edges[-1])
    axes.set_xticks(*round_ticks(edges[0], edges[-1], width))
    text = f"{quantity.noun.capitalize()} error ({quantity.error_unit})"
    label_axis(axes, "x", text, 0.18 / height)
    return shares
