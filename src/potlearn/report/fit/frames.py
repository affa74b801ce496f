"""Frames, ticks and colours of figures for papers.

Frames are placed by hand, from the widths of their tick labels: that takes a fraction of the time
of matplotlib's layouts, and the frames of all parity plots have one size where they can.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, floor, log10
from typing import TYPE_CHECKING

from potlearn.report.paper import ACCENT, GREY, minus

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Lengths in inches: the margins around a frame and for the labels of its axes, the distance between
# frames, the smallest width of the tick labels on the left, the width of a digit of a tick label.
MARGIN, BELOW, LABEL, BETWEEN, LEAST, DIGIT = 0.06, 0.40, 0.20, 0.14, 0.28, 0.071


def framed(figure: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Axes whose frame is at this place, in inches."""
    across, up = figure.get_size_inches()
    return figure.add_axes((left / across, bottom / up, width / across, height / up))


def label_axis(axes: Axes, which: str, text: str, distance: float) -> None:
    """Label of an axis, in the middle and so far outside the frame (in its sides)."""
    axes.set(**{f"{which}label": text})
    if which == "x":
        axes.xaxis.set_label_coords(0.5, -distance)
    else:
        axes.yaxis.set_label_coords(-distance, 0.5)


def round_ticks(low: float, high: float, length: float) -> tuple[list[float], list[str]]:
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
        if sum(width_of(label) + 0.08 for label in labels) < length:
            break
    # The last label must not reach over the edge of the figure.
    if (
        len(ticks) > 1
        and (high - ticks[-1]) / (high - low) * length + MARGIN < width_of(labels[-1]) / 2
    ):
        return ticks[:-1], labels[:-1]
    return ticks, labels


def width_of(label: str) -> float:
    """Width of a tick label, in inches."""
    return DIGIT * sum({".": 0.5, "\N{MINUS SIGN}": 1.32}.get(c, 1.0) for c in label)


def log_axis(axes: Axes, low: float, high: float, labelled: bool, which: str = "y") -> None:
    """A logarithmic axis (``"x"`` or ``"y"``) with plain numbers; small ticks only beside them."""
    powers = [10.0**k for k in range(floor(log10(low)), ceil(log10(high)) + 1)]
    ticks = [p for p in powers if low <= p <= high]
    between = [k * p for p in powers for k in range(2, 10) if low <= k * p <= high]
    axes.set_yscale("log")
    axes.set_ylim(low, high)
    axes.set_yticks(ticks, [f"{tick:g}" if labelled else "" for tick in ticks])
    axes.set_yticks(
        between if labelled else [], [""] * len(between) if labelled else [], minor=True
    )


def colours_of(sets: Mapping[str, object]) -> dict[str, str]:
    """Grey for all but the last."""
    names = list(sets)
    return {name: ACCENT if name == names[-1] else GREY for name in names}
