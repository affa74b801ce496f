"""The figure of a front for papers and pages: errors against force times, points of others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from potlearn.errors import TuneError
from potlearn.report.page.plots import limits_of, ticks_between
from potlearn.report.paper import ACCENT, COLUMN, DPI, GREY, power_of_ten, style
from potlearn.report.tune.view import Published
from potlearn.runtime import replacing
from potlearn.tune import Tuned, Uncertain, pareto
from potlearn.tune.front.names import FORCE_TIME, named
from potlearn.tune.results import front_of
from potlearn.typing import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KNEE, LIGHT = "#c8641b", "#7fabdb"
_MARKERS = ("D", "s", "^", "P", "*", "X", "v", "h")
# Trials above this quantile do not widen the frame.
_SHOWN = 0.9


def front_figure(
    tuned: Tuned,
    path: str | Path,
    published: Published | None = None,
    x: str = FORCE_TIME,
    y: str | None = None,
) -> None:
    """Write a picture of the front with its intervals and its knee.

    Parameters
    ----------
    tuned : Tuned
    path : path
        File; its ending gives the format.
    published : mapping of str to (x, y), optional
        Points of others by name, in the units of the values (µs per atom, eV/Å).
    x, y : str
        Objectives, or other measured values; y is the first error of the objectives by default.

    Raises
    ------
    TuneError
        No point of the front has both values.
    MissingExtraError
        matplotlib is not installed.
    """
    y = y or tuned.front.error
    points = [(tuned.front.value(i, x), tuned.front.value(i, y)) for i in range(len(tuned.front))]
    front = np.array([pair for pair in points if np.isfinite(pair).all()]).reshape(-1, 2)
    if not len(front):
        raise TuneError(f"no point of the front has both {x} and {y}")
    with style():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(1.35 * COLUMN, COLUMN), layout="constrained")
        axes = figure.subplots()
        _draw(axes, tuned, (x, y), published or {})
        with replacing(path) as new:
            figure.savefig(new, dpi=DPI)


def _draw(axes: Axes, tuned: Tuned, names: tuple[str, str], published: Published) -> None:
    """All trials in grey, the front with intervals, its knee, names beside points of others."""
    trials = _table(names, [trial.values for trial in tuned.trials if trial.state == "done"])
    unsaved = _unsaved(tuned, names)
    if len(unsaved):
        label = "front of the search, not saved"
        axes.plot(*unsaved.T, "o", color=LIGHT, markersize=2.6, label=label, zorder=2)
    front = _table(names, [_values(tuned, i, names) for i in range(len(tuned.front))])
    axes.plot(*trials.T, ".", color=GREY, markersize=2, alpha=0.45, label="trials", zorder=1)
    # Of three objectives, points that are on the front by the third lie behind the steps.
    steps = front[pareto(front)]
    steps = steps[np.argsort(steps[:, 0])]
    axes.plot(*steps.T, "-", color=ACCENT, linewidth=0.9, drawstyle="steps-post", zorder=2)
    bars = [_bar(tuned, name) for name in names]
    axes.errorbar(
        front[:, 0], front[:, 1], xerr=bars[0], yerr=bars[1], fmt="o", color=ACCENT, markersize=3.2,
        elinewidth=0.7, ecolor="#8fafd4", label="front, 95 % interval", zorder=3,
    )  # fmt: skip
    _knee(axes, tuned, names)
    others = _others(axes, names, published)
    _frame(axes, names, trials, np.vstack([front, others]))
    _legend(axes)


def _legend(axes: Axes) -> None:
    """Order of the legend: the front first, single trials last."""
    lines, labels = axes.get_legend_handles_labels()
    known = ("front, 95 % interval", "knee", "front of the search, not saved", "trials")
    order = sorted(range(len(labels)), key=lambda i: known.index(labels[i]))
    chosen = [lines[i] for i in order], [labels[i] for i in order]
    axes.legend(*chosen, loc="upper right", handletextpad=0.3)


def _unsaved(tuned: Tuned, names: tuple[str, str]) -> Array:
    """Trials on the front by what the search knew, but not among its saved points, (n, 2)."""
    found = front_of(tuned.trials, tuned.objectives, tuned.constraints)
    saved = {point.trial for point in tuned.front}
    return _table(names, [point.values for point in found if point.trial not in saved])


def _values(tuned: Tuned, i: int, names: tuple[str, str]) -> dict[str, float]:
    return {name: tuned.front.value(i, name) for name in names}


def _table(names: tuple[str, str], values: Sequence[Mapping[str, float]]) -> Array:
    """Both values in their shown units, (n, 2)."""
    rows = [[named(n).factor * known.get(n, np.nan) for n in names] for known in values]
    return np.array(rows, dtype=np.float64).reshape(-1, 2)


def _bar(tuned: Tuned, name: str) -> Array | None:
    """Lengths of error bars, (2, n); None where no interval is known."""
    nothing = Uncertain(np.nan)
    found = [point.objectives.get(name, nothing) for point in tuned.front]
    if not any(u.low is not None for u in found):
        return None
    ends = [
        (0.0, 0.0) if u.low is None or u.high is None else (u.value - u.low, u.high - u.value)
        for u in found
    ]
    lengths: Array = named(name).factor * np.maximum(np.array(ends).T, 0.0)
    return lengths


def _knee(axes: Axes, tuned: Tuned, names: tuple[str, str]) -> None:
    if len(tuned.front) < 3 or len(tuned.objectives) < 2:
        return
    trial = tuned.knee().trial
    i = next(i for i, point in enumerate(tuned.front) if point.trial == trial)
    place = _table(names, [_values(tuned, i, names)])[0]
    axes.plot(
        *place, "o", color=KNEE, markersize=9, markerfacecolor="none", markeredgewidth=1.4,
        label="knee", zorder=4,
    )  # fmt: skip


def _others(axes: Axes, names: tuple[str, str], published: Published) -> Array:
    """Markers with names beside them, (n, 2)."""
    places = _table(names, [dict(zip(names, pair, strict=True)) for pair in published.values()])
    for i, (name, place) in enumerate(zip(published, places, strict=True)):
        axes.plot(*place, _MARKERS[i % len(_MARKERS)], color="black", markersize=4.5, zorder=5)
        box = {"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.75}
        label = axes.annotate(name, place, (-5, 0), textcoords="offset points", ha="right")
        label.set(fontsize=7, zorder=5, bbox=box, verticalalignment="center")
    return places


def _frame(axes: Axes, names: tuple[str, str], trials: Array, shown: Array) -> None:
    """Titles, limits and ticks; logarithmic where everything that is shown is positive."""
    for axis, name, column, always in zip("xy", names, trials.T, shown.T, strict=True):
        found, always = column[np.isfinite(column)], always[np.isfinite(always)]
        most = [float(np.quantile(found, _SHOWN))] if len(found) else []
        values = [*(float(v) for v in found if v <= max([*most, *always])), *always.tolist()]
        axes.set(**{f"{axis}label": named(name).title})
        if min(values) > 0:
            low, high = limits_of(values, 1.25)
            ticks = ticks_between(low, high)
            axes.set(**{f"{axis}scale": "log", f"{axis}lim": (low, high)})
            labels = [power_of_ten(tick) for tick in ticks]
            axes.set(**{f"{axis}ticks": ticks, f"{axis}ticklabels": labels})
    axes.minorticks_off()
