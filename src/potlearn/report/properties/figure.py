"""Figures of properties for papers: one file for every title."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from potlearn.report.page.plots import COLOURS
from potlearn.report.paper import COLUMN, style, write
from potlearn.report.properties.view import Lines, PropertiesView

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def properties_figures(
    view: PropertiesView, folder: str | Path, formats: Sequence[str] = ("png", "pdf")
) -> list[Path]:
    """Write one figure for every title of a curve, such as ``equation_of_state.png``.

    Parameters
    ----------
    view : PropertiesView
    folder : path
        Made if absent.
    formats : sequence of str

    Raises
    ------
    MissingExtraError
        matplotlib is not installed.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    with style():
        from matplotlib.figure import Figure

        for title, of_models in view.curves().items():
            figure = Figure(figsize=(COLUMN, 2.6), layout="constrained")
            _draw(figure.subplots(), of_models)
            written += write(figure, folder, title.lower().replace(" ", "_"), formats)
    return written


def _draw(axes: Axes, of_models: Mapping[str, Lines]) -> None:
    first = next(iter(of_models.values()))
    for k, (model, curve) in enumerate(of_models.items()):
        colour, dash = COLOURS[k % len(COLOURS)], ("-", "--", ":", "-.")[k % 4]
        x = np.array(curve.x) * (first.x[-1] / curve.x[-1] if curve.ticks else 1)
        axes.plot(x, np.array(curve.lines).T, dash, color=colour)
        axes.plot([], [], dash, color=colour, label=model)
        if curve.errors:
            y, e = np.array(curve.lines[0]), np.array(curve.errors)
            axes.fill_between(x, y - e, y + e, color=colour, alpha=0.3, linewidth=0)
        if curve.points:
            axes.plot(*curve.points, "o", color=colour, markersize=3)
    axes.set(xlabel=first.x_title, ylabel=first.y_title)
    if first.ticks:
        axes.set_xticks([x for x, _ in first.ticks], [t for _, t in first.ticks])
        axes.set_xlim(first.x[0], first.x[-1])
        axes.grid(axis="x", linewidth=0.4)
    axes.legend(loc="best")
