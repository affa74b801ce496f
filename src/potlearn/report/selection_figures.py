"""The figure of a selection for papers: map, coverage, spectrum, distances or probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from potlearn.report.figures import ACCENT, COLUMN, GREY, STYLE
from potlearn.report.numbers import natural
from potlearn.report.selection import MOST_POINTS, SelectionView
from potlearn.report.spread import Spread
from potlearn.runtime import require

# Groups that have a bar of their own, the largest ones.
MOST_GROUPS = 14


def selection_figure(
    view: SelectionView, folder: str | Path, formats: Sequence[str] = ("png", "pdf"), seed: int = 0
) -> list[Path]:
    """Write ``selection.png`` and other formats, two columns wide; the files.

    Raises
    ------
    MissingExtraError
        matplotlib is not installed.
    """
    matplotlib = require("matplotlib", "report", "the figure")
    from matplotlib.figure import Figure

    spread = Spread.of(view.X, view.chosen, seed, MOST_POINTS)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(2 * COLUMN, 2 * COLUMN * 0.82), layout="constrained")
        panels = figure.subplots(2, 2).ravel()
        _map(panels[0], view, spread)
        _coverage(panels[1], view)
        _spectrum(panels[2], spread)
        _nearest(panels[3], spread) if view.inclusion is None else _inclusion(panels[3], view)
        paths = [folder / f"selection.{ending}" for ending in formats]
        for path in paths:
            figure.savefig(path, dpi=300)
    return paths


def _map(axes: Any, view: SelectionView, spread: Spread) -> None:
    style = {"linestyle": "none", "marker": "o", "markeredgewidth": 0}
    x, y = spread.map[spread.shown].T
    axes.plot(x, y, color=GREY, markersize=2.2, alpha=0.5, label="not chosen", **style)
    x, y = spread.map[view.chosen].T
    axes.plot(x, y, color=ACCENT, markersize=3.2, label="chosen", **style)
    for which, share in zip("xy", spread.shares, strict=False):
        number = {"x": 1, "y": 2}[which]
        axes.set(**{f"{which}label": f"Component {number} ({100 * share:.0f} % of the variance)"})
    axes.legend(handletextpad=0.2)


def _coverage(axes: Any, view: SelectionView) -> None:
    """Shares chosen of the groups, beside the share chosen of all."""
    groups = np.array(view.groups, dtype=str)
    names, sizes = np.unique(groups, return_counts=True)
    largest = names[np.argsort(-sizes, kind="stable")[:MOST_GROUPS]]
    shown = sorted(largest.tolist(), key=natural, reverse=True)
    taken = groups[view.chosen]
    shares = [100 * float((taken == n).sum() / (groups == n).sum()) for n in shown]
    counts = [f"{int((taken == n).sum())} of {int((groups == n).sum())}" for n in shown]
    bars = axes.barh(range(len(shown)), shares, color=ACCENT, height=0.62)
    axes.axvline(
        100 * len(taken) / len(groups), color="black", linewidth=0.8, linestyle=":", zorder=0
    )
    labels = axes.bar_label(bars, counts, padding=2, fontsize=6.5)
    for label in labels:
        label.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.4})
    axes.tick_params(axis="y", length=0)
    axes.set_yticks(range(len(shown)), shown)
    axes.set_xlim(0, 1.28 * max(*shares, 1.0))
    axes.set_xlabel("Chosen of the group (%); dotted: of all")


def _spectrum(axes: Any, spread: Spread) -> None:
    k = np.arange(1, len(spread.variances) + 1)
    axes.plot(k, spread.variances, color=GREY, label="all")
    axes.plot(k, spread.chosen_variances, ".-", color=ACCENT, markersize=3, label="chosen")
    axes.set_yscale("log")
    axes.set_ylim(bottom=1e-8 * max(spread.variances.max(), 1e-300))
    axes.set(xlabel="Principal component", ylabel="Variance")
    axes.legend()


def _nearest(axes: Any, spread: Spread) -> None:
    shares = np.linspace(0, 100, 201)
    axes.plot(np.percentile(spread.random_nearest, shares), shares, color=GREY, label="random")
    axes.plot(np.percentile(spread.nearest, shares), shares, color=ACCENT, label="this choice")
    axes.set(xlabel="Distance to the nearest chosen one", ylabel="Share of all (%)")
    axes.set(xlim=(0, None), ylim=(0, 101))
    axes.legend(loc="lower right")


def _inclusion(axes: Any, view: SelectionView) -> None:
    assert view.inclusion is not None
    order = np.argsort(-view.inclusion, kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(1, len(order) + 1)
    axes.plot(rank[order], view.inclusion[order], color=GREY, label="all")
    p = view.inclusion[view.chosen]
    axes.plot(rank[view.chosen], p, ".", color=ACCENT, markersize=4, label="chosen")
    axes.set(xlabel="Rank", ylabel="Inclusion probability", ylim=(0, None))
    axes.legend()
