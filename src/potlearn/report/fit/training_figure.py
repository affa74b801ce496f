"""Figure for papers: errors of training and validation by epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from potlearn.report.fit.training import Course, courses
from potlearn.report.info import TrainingInfo
from potlearn.report.page.plots import limits_of, ticks_between
from potlearn.report.paper import ACCENT, COLUMN, GREY, power_of_ten

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def training_figure(training: TrainingInfo) -> Figure | None:
    """Energy and force errors side by side; None where there is no epoch to show."""
    from matplotlib.figure import Figure

    shown = [course for course in courses(training) if course.column.key in ("energy", "forces")]
    if not shown:
        return None
    figure = Figure(figsize=(len(shown) * COLUMN, 2.4), layout="constrained")
    for axes, course in zip(figure.subplots(1, len(shown), squeeze=False)[0], shown, strict=True):
        _draw(axes, course, training.called)
    figure.axes[-1].legend(loc="upper right")
    return figure


def _draw(axes: Axes, course: Course, called: str) -> None:
    axes.set(xscale="log", yscale="log")
    axes.plot(course.epochs, course.train, color=GREY, label="training")
    axes.plot(course.epochs, course.validation, color=ACCENT, label="validation")
    label = f"{called}, validation"
    axes.axhline(course.before, color="black", linewidth=0.6, linestyle="--", label=label)
    if course.chosen:
        at = course.epochs.index(course.chosen)
        name = f"epoch {course.chosen}"
        place = [course.epochs[at]], [course.validation[at]]
        axes.plot(*place, "o", color=ACCENT, markersize=4, label=name)
    limits = limits_of([float(e) for e in course.epochs], 1.05), limits_of(course.height, 1.1)
    axes.set(xlabel="Epoch", ylabel=course.label, xlim=limits[0], ylim=limits[1])
    for axis, (low, high) in zip((axes.xaxis, axes.yaxis), limits, strict=True):
        ticks = ticks_between(low, high)
        axis.set_ticks(ticks, [power_of_ten(tick) for tick in ticks])
    axes.minorticks_off()
