"""The figure of active learning for papers: force errors against labels spent."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from potlearn.metrics import QUANTITIES
from potlearn.report.learning.view import LearningView
from potlearn.report.paper import ACCENT, COLUMN, GREY, style, write

NAMES = {"validation": ("validation set", ACCENT), "new": ("new labels, before them", GREY)}


def learning_figure(
    view: LearningView, folder: str | Path, formats: Sequence[str] = ("png", "pdf")
) -> list[Path]:
    """Write ``learning.png`` and ``learning.pdf``: force errors, and the largest scores by round.

    Parameters
    ----------
    view : LearningView
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
    with style():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(2 * COLUMN, 2.4), layout="constrained")
        left, right = figure.subplots(1, 2)
        for kind, (name, colour) in NAMES.items():
            labels, errors = view.series(kind, "forces")
            if errors:
                left.plot(labels, errors, "o-", color=colour, markersize=2.5, label=name)
        unit = QUANTITIES["forces"].error_unit
        left.set(xlabel="Labels spent", ylabel=f"Force error, RMS ({unit})")
        left.set_ylim(0, 1.1 * left.get_ylim()[1])
        for name in view.triggers:
            rounds, scores = view.scores(name)
            right.plot(rounds, scores, "o-", color=ACCENT, markersize=2.5, label=name)
            if name in view.limits:
                right.axhline(view.limits[name], color="black", linewidth=0.6, linestyle="--")
        right.set(xlabel="Round", ylabel="Largest score", yscale="log")
        for axes in (left, right):
            if axes.get_legend_handles_labels()[0]:
                axes.legend(loc="upper right")
        return write(figure, folder, "learning", formats)
