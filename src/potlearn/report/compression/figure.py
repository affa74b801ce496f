"""The figure of a compression for papers: errors against force time and size."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from potlearn.compress import Curve
from potlearn.metrics import QUANTITIES
from potlearn.report.compression.panels import ALLOWED, shown
from potlearn.report.page.plots import limits_of, ticks_between
from potlearn.report.paper import ACCENT, COLUMN, GREY, power_of_ten, style, write

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def curve_figure(
    curve: Curve, folder: str | Path, formats: Sequence[str] = ("png", "pdf")
) -> list[Path]:
    """Write ``curve.png`` and ``curve.pdf``: force errors against force time, and against size.

    Parameters
    ----------
    curve : Curve
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
        left, right = figure.subplots(1, 2, sharey=True)
        _panel(left, curve, curve.times, "Force time (µs/atom)")
        _panel(right, curve, curve.sizes, f"Number of {curve.what}")
        left.set_ylabel(_label(curve))
        left.legend(loc="upper right")
        return write(figure, folder, "curve", formats)


def _quantity(curve: Curve) -> str:
    return "forces" if "forces" in curve.quantities else curve.quantities[0]


def _label(curve: Curve) -> str:
    quantity = QUANTITIES[_quantity(curve)]
    return f"{quantity.noun.capitalize()} error, RMS ({quantity.error_unit})"


def _panel(axes: Axes, curve: Curve, x: Sequence[float], title: str) -> None:
    """Held-out and training errors as lines, and the allowed growth."""
    quantity = _quantity(curve)
    order = shown(curve, quantity)
    xs = [float(x[k]) for k in order]
    held = [1e3 * curve.held_out[k][quantity] for k in order]
    train = [1e3 * curve.train[k][quantity] for k in order]
    limit = (1 + ALLOWED) * 1e3 * curve.held_out[-1][quantity]
    axes.set(xscale="log", yscale="log")
    axes.plot(xs, train, color=GREY, label="training")
    axes.plot(xs, held, "o-", color=ACCENT, markersize=2.5, label=curve.held_out_on)
    axes.axhline(limit, color="black", linewidth=0.6, linestyle="--", label=f"+{ALLOWED:.0%}")
    axes.set(xlabel=title, xlim=limits_of(xs, 1.15), ylim=limits_of([*held, *train], 1.15))
    for axis, limits in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
        ticks = ticks_between(*limits)
        axis.set_ticks(ticks, [power_of_ten(tick) for tick in ticks])
    axes.minorticks_off()
