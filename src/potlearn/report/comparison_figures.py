"""The figure of a comparison for papers: errors against the number of configurations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor, log10
from pathlib import Path
from typing import Any

import numpy as np

from potlearn.report.comparison import QUANTITIES, estimate
from potlearn.report.figures import COLUMN, STYLE
from potlearn.report.plots import COLOURS, limits_of, ticks_between
from potlearn.runtime import require
from potlearn.studies import Table

STYLES = ("-", "--", ":", "-.")


def comparison_figure(
    tables: Mapping[str, Table],
    path: str | Path,
    quantities: Sequence[str] = ("energy_mae", "forces_mae", "condition"),
    methods: Sequence[str] | None = None,
) -> None:
    """Write a figure with a row for each table (named by the key) and a column for each quantity.

    Parameters
    ----------
    tables : mapping of str to Table
    path : path
        File; its ending says the format.
    quantities : sequence of str
        Of :data:`~potlearn.report.comparison.QUANTITIES`.
    methods : sequence of str, optional
        Methods beside the baseline; all by default.

    Raises
    ------
    MissingExtraError
        matplotlib is not installed.
    """
    matplotlib = require("matplotlib", "report", "the figure")
    from matplotlib.figure import Figure

    with matplotlib.rc_context(STYLE):
        size = (2 * COLUMN, 0.9 + 1.75 * len(tables))
        figure = Figure(figsize=size, layout="constrained")
        panels = figure.subplots(len(tables), len(quantities), squeeze=False)
        for row, (name, table) in zip(panels, tables.items(), strict=True):
            for axes, quantity in zip(row, quantities, strict=True):
                _panel(axes, table, quantity, methods)
            row[0].set_title(" ")  # room for one that is wider than its panel
            title = row[0].annotate(
                name, (0, 1), (0, 4), "axes fraction", "offset points", fontweight="bold"
            )
            title.set_in_layout(False)
        for axes in panels[-1]:
            axes.set_xlabel("Configurations")
        lines, labels = panels[0, 0].get_legend_handles_labels()
        figure.legend(lines, labels, loc="outside lower center", ncols=4, fontsize=6.5)
        figure.savefig(path, dpi=150)


def _panel(axes: Any, table: Table, quantity: str, methods: Sequence[str] | None) -> None:
    """Means as lines, intervals as bands."""
    shown = [m for m in table.methods if methods is None or m in methods or m == table.baseline]
    axes.set(xscale="log", yscale="log")
    axes.autoscale(False)
    means: list[float] = []
    for i, method in enumerate(shown):
        sizes = [k for k in table.sizes if table.values(method, k, quantity)]
        found = np.array([estimate(table, method, k, quantity) for k in sizes]).reshape(-1, 3)
        means += found[:, 0].tolist()
        colour = "black" if i == 0 else COLOURS[(i - 1) % len(COLOURS)]
        style = STYLES[(i - 1) // len(COLOURS) % len(STYLES)] if i else "-"
        width = 2.0 if i == 0 else 1.0
        axes.plot(sizes, found[:, 0], style, color=colour, linewidth=width, label=method)
        low = np.maximum(found[:, 1], 0.3 * found[:, 0])
        axes.fill_between(sizes, low, found[:, 2], color=colour, alpha=0.12, linewidth=0)
    name, unit, _ = QUANTITIES[quantity]
    axes.set(ylabel=f"{name} ({unit})" if unit else name)
    axes.set_xticks(table.sizes, [str(k) for k in table.sizes])
    low, high = limits_of(means, 1.4)
    axes.set(xlim=limits_of(table.sizes, 1.15), ylim=(low, high))
    ticks = ticks_between(low, high)
    axes.set_yticks(ticks, [_tick(tick) for tick in ticks])
    axes.minorticks_off()


def _tick(value: float) -> str:
    """A number, with its power of ten where it is large."""
    if value < 1e5:
        return f"{value:g}"
    exponent = floor(log10(value) + 1e-9)
    factor = f"{value / 10.0**exponent:.2g}"
    return ("" if factor == "1" else f"{factor} × ") + f"$10^{{{exponent}}}$"
