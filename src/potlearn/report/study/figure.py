"""The figure of a comparison for papers: errors against the number of configurations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from potlearn.report.page.plots import COLOURS, limits_of, ticks_between
from potlearn.report.paper import COLUMN, power_of_ten, style
from potlearn.report.study.quantities import COMPARED
from potlearn.studies import Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

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
        File; its ending gives the format.
    quantities : sequence of str
        Of :data:`~potlearn.report.study.quantities.COMPARED`.
    methods : sequence of str, optional
        Methods beside the baseline; all by default.

    Raises
    ------
    MissingExtraError
        matplotlib is not installed.
    """
    with style():
        from matplotlib.figure import Figure

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


def _panel(axes: Axes, table: Table, quantity: str, methods: Sequence[str] | None) -> None:
    """Means as lines, intervals as bands."""
    shown = [m for m in table.methods if methods is None or m in methods or m == table.baseline]
    axes.set(xscale="log", yscale="log")
    axes.autoscale(False)
    means: list[float] = []
    for i, method in enumerate(shown):
        sizes = [k for k in table.sizes if table.values(method, k, quantity)]
        found = np.array(
            [COMPARED[quantity].estimate(table, method, k, quantity) for k in sizes]
        ).reshape(-1, 3)
        means += found[:, 0].tolist()
        colour = "black" if i == 0 else COLOURS[(i - 1) % len(COLOURS)]
        style = STYLES[(i - 1) // len(COLOURS) % len(STYLES)] if i else "-"
        width = 2.0 if i == 0 else 1.0
        axes.plot(sizes, found[:, 0], style, color=colour, linewidth=width, label=method)
        low = np.maximum(found[:, 1], 0.3 * found[:, 0])
        axes.fill_between(sizes, low, found[:, 2], color=colour, alpha=0.12, linewidth=0)
    axes.set(ylabel=COMPARED[quantity].title)
    axes.set_xticks(table.sizes, [str(k) for k in table.sizes])
    low, high = limits_of(means, 1.4)
    axes.set(xlim=limits_of(table.sizes, 1.15), ylim=(low, high))
    ticks = ticks_between(low, high)
    axes.set_yticks(ticks, [power_of_ten(tick) for tick in ticks])
    axes.minorticks_off()
