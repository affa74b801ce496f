"""Figures for papers: parity plots and error distributions as PNG, PDF or other formats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from potlearn.metrics import Evaluation, Values
from potlearn.metrics.errors import error_measures
from potlearn.report.binning import histogram_edges, padded
from potlearn.report.numbers import significant
from potlearn.report.payload import MOST_POINTS
from potlearn.report.quantities import ALL, MILLI, Quantity
from potlearn.runtime import require

ACCENT, GREY = "#1f5fa8", "#8b95a1"
COLUMN = 3.37
"""Width of a column of text, in inches."""

STYLE = {
    "font.size": 8,
    "font.family": "sans-serif",
    "axes.labelsize": 9,
    "axes.titlesize": 9,
    "axes.linewidth": 0.6,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "xtick.direction": "in",
    "ytick.direction": "in",
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "lines.linewidth": 1.0,
    "pdf.fonttype": 42,
    "mathtext.default": "regular",
}


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
        Endings that matplotlib knows.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    MissingExtraError
        matplotlib is not installed.
    """
    matplotlib = require("matplotlib", "report", "the figure")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    sets = _ordered(evaluations)
    written = []
    with matplotlib.rc_context(STYLE):
        drawn = {f"parity_{q.key}": _parity(q, v) for q in ALL if (v := _values(sets, q))}
        if drawn:
            drawn["errors"] = _errors({q: v for q in ALL if (v := _values(sets, q))})
        for name, figure in drawn.items():
            for ending in formats:
                path = folder / f"{name}.{ending}"
                figure.savefig(path, dpi=300)
                written.append(path)
    return written


def _ordered(evaluations: Mapping[str, Evaluation]) -> dict[str, Evaluation]:
    """The set that counts last, so that it lies on top."""
    last = "test" if "test" in evaluations else next(reversed(list(evaluations)), "")
    return {name: e for name, e in evaluations.items() if name != last} | {
        name: e for name, e in evaluations.items() if name == last
    }


def _values(sets: Mapping[str, Evaluation], quantity: Quantity) -> dict[str, Values]:
    """Labelled components of the sets that have some."""
    every = {name: evaluation.values(quantity.key) for name, evaluation in sets.items()}
    return {name: v for name, v in every.items() if len(v.reference)}


def _figure(width: float, height: float, columns: int = 1) -> tuple[Any, Any]:
    """An empty figure, apart from any global state, and its axes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(1, columns, squeeze=False)[0]


def _colours(sets: Mapping[str, Values]) -> dict[str, str]:
    """Grey for all but the last."""
    names = list(sets)
    return {name: ACCENT if name == names[-1] else GREY for name in names}


def _parity(quantity: Quantity, sets: Mapping[str, Values]) -> Any:
    """Prediction against reference."""
    figure, (axes,) = _figure(COLUMN, COLUMN)
    both = [a for v in sets.values() for a in (v.reference, v.prediction)]
    bounds = padded(min(a.min() for a in both), max(a.max() for a in both))
    axes.plot(bounds, bounds, color="black", linewidth=0.6, zorder=0)
    many = max(len(v.reference) for v in sets.values()) > MOST_POINTS
    lines = []
    for name, colour in _colours(sets).items():
        _scatter(axes, sets[name], colour, name, many)
        numbers = error_measures(sets[name])
        mae, rmse = (significant(MILLI * float(numbers[k] or 0)) for k in ("mae", "rmse"))
        lines.append(f"{name}: MAE {mae}, RMSE {rmse} {quantity.error_unit}")
    axes.text(0.97, 0.03, "\n".join(lines), transform=axes.transAxes, ha="right", va="bottom")
    axes.set(xlim=bounds, ylim=bounds, aspect="equal")
    axes.set_xlabel(f"Reference {quantity.noun} ({quantity.unit})")
    axes.set_ylabel(f"Predicted {quantity.noun} ({quantity.unit})")
    axes.legend(loc="upper left", markerscale=1.5, handletextpad=0.2)
    return figure


def _scatter(axes: Any, values: Values, colour: str, name: str, many: bool) -> None:
    """Points, small where there are many; more than 2000 are stored as a picture."""
    axes.plot(
        values.reference,
        values.prediction,
        linestyle="none",
        marker="o",
        markersize=1.0 if many else 2.0,
        markeredgewidth=0,
        alpha=0.4 if many else 0.6,
        color=colour,
        rasterized=len(values.reference) > 2000,
    )
    axes.plot([], [], linestyle="none", marker="o", markersize=3, color=colour, label=name)


def _errors(quantities: Mapping[Quantity, Mapping[str, Values]]) -> Any:
    """Distribution of errors, one panel per quantity."""
    figure, panels = _figure(2 * COLUMN, 2.2, len(quantities))
    for axes, (quantity, sets) in zip(panels, quantities.items(), strict=True):
        edges = histogram_edges([v.error * MILLI for v in sets.values()])
        for name, colour in _colours(sets).items():
            counts, _ = np.histogram(sets[name].error * MILLI, edges)
            axes.stairs(100 * counts / len(sets[name].error), edges, color=colour, label=name)
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.set_xlim(edges[0], edges[-1])
        axes.set_xlabel(f"{quantity.noun.capitalize()} error ({quantity.error_unit})")
    panels[0].set_ylabel("Share per bin (%)")
    panels[-1].legend(loc="upper right", handlelength=1.2)
    return figure
