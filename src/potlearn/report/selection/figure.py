"""The figure of a selection for papers: map, coverage, spectrum, distances or probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from potlearn.report.page.numbers import natural
from potlearn.report.paper import ACCENT, COLUMN, GREY, style, write
from potlearn.report.selection.distances import ranks
from potlearn.report.selection.spread import Spread
from potlearn.report.selection.view import SelectionView
from potlearn.typing import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Groups that have a bar of their own, the largest ones.
MOST_GROUPS = 14


def selection_figure(
    view: SelectionView, folder: str | Path, formats: Sequence[str] = ("png", "pdf")
) -> list[Path]:
    """Write ``selection.png`` and other formats, two columns wide; the files.

    Raises
    ------
    MissingExtraError
        matplotlib is not installed.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with style():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(2 * COLUMN, 2 * COLUMN * 0.82), layout="constrained")
        panels = figure.subplots(2, 2).ravel()
        _map(panels[0], view, view.spread)
        _coverage(panels[1], view)
        _spectrum(panels[2], view.spread)
        if view.inclusion is None:
            _nearest(panels[3], view.spread)
        else:
            _inclusion(panels[3], view, view.inclusion)
        return write(figure, folder, "selection", formats)


def _map(axes: Axes, view: SelectionView, spread: Spread) -> None:
    for rows, colour, size, alpha, label in (
        (spread.shown, GREY, 2.2, 0.5, "not selected"),
        (view.chosen, ACCENT, 3.2, 1.0, "selected"),
    ):
        x, y = spread.map[rows].T
        axes.plot(
            *(x, y, "o"), color=colour, markersize=size, alpha=alpha, label=label, markeredgewidth=0
        )
    shares = [f"{100 * share:.0f} %" for share in [*spread.shares, 0.0][:2]]
    axes.set_xlabel(f"Component 1 ({shares[0]} of the variance)")
    axes.set_ylabel(f"Component 2 ({shares[1]} of the variance)")
    axes.legend(handletextpad=0.2)


def _coverage(axes: Axes, view: SelectionView) -> None:
    """Shares selected of the groups, beside the share selected of all rows."""
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
    axes.set_xlabel("Selected of the group (%); dotted: of all")


def _spectrum(axes: Axes, spread: Spread) -> None:
    k = np.arange(1, len(spread.variances) + 1)
    axes.plot(k, spread.variances, color=GREY, label="all")
    axes.plot(k, spread.chosen_variances, ".-", color=ACCENT, markersize=3, label="selected")
    axes.set_yscale("log")
    least = min(spread.variances.min(), spread.chosen_variances.min()) / 2
    axes.set_ylim(bottom=max(least, 1e-8 * spread.variances.max(), 1e-300))
    axes.set(xlabel="Principal component", ylabel="Variance")
    axes.legend()


def _nearest(axes: Axes, spread: Spread) -> None:
    shares = np.linspace(0, 100, 201)
    axes.plot(
        np.percentile(spread.random_nearest, shares), shares, color=GREY, label="random selection"
    )
    axes.plot(np.percentile(spread.nearest, shares), shares, color=ACCENT, label="this selection")
    axes.set(xlabel="Distance to the nearest selected row", ylabel="Share of all rows (%)")
    axes.set(xlim=(0, None), ylim=(0, 101))
    axes.legend(loc="lower right")


def _inclusion(axes: Axes, view: SelectionView, inclusion: Array) -> None:
    rank = ranks(inclusion)
    order = np.argsort(rank)
    axes.plot(rank[order], inclusion[order], color=GREY, label="all")
    p = inclusion[view.chosen]
    axes.plot(rank[view.chosen], p, ".", color=ACCENT, markersize=4, label="selected")
    axes.set(xlabel="Rank", ylabel="Inclusion probability", ylim=(0, None))
    axes.legend()
