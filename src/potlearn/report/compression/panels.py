"""Panels: held-out errors against force time and size, and all numbers in a table."""

from __future__ import annotations

from collections.abc import Sequence

from potlearn.compress import Curve
from potlearn.metrics import QUANTITIES
from potlearn.report.page.compact import Json
from potlearn.report.page.numbers import significant
from potlearn.report.page.panel import Panel
from potlearn.report.page.plots import (
    ACCENT,
    ORANGE,
    figure,
    hover,
    legend,
    line,
    logarithmic,
    place,
    points,
)
from potlearn.report.page.tables import Cell, Table, count, headings, number

ALLOWED, WORST = 0.1, 5.0
"""Growth of the error that the plots mark; times the error of the whole fit that they show."""


def errors(curve: Curve) -> Panel:
    """Force errors against force time, and errors of every quantity against size."""
    quantity = "forces" if "forces" in curve.quantities else curve.quantities[0]
    figures = {"time": _plot(curve, quantity, curve.times, "Force time (µs/atom)")}
    places = [place("figure", "Error against force time", _caption(quantity), "time")]
    for q in curve.quantities:
        figures[f"size-{q}"] = _plot(curve, q, curve.sizes, f"Number of {curve.what}")
        places.append(place("figure", "Error against size", _caption(q), f"size-{q}"))
    content = f'<div class="plots two">{"".join(places)}</div>'
    note = (
        f"Errors are root mean squares: on the training set, and on data that neither the choice "
        f"nor the fit has seen ({curve.held_out_on}). The grey line is {ALLOWED:.0%} above the "
        "error of the whole fit. Times are of energies and forces on one thread, without the "
        "neighbour list."
    )
    return Panel("Errors, sizes, force times", content, note, figures=figures)


def shown(curve: Curve, quantity: str) -> list[int]:
    """Sizes that a plot shows: those with errors many times that of the whole fit are left out."""
    most = WORST * curve.held_out[-1][quantity]
    good = [k for k, errors in enumerate(curve.held_out) if errors[quantity] <= most]
    return good if len(good) > 1 else list(range(len(curve.sizes)))


def _caption(quantity: str) -> str:
    return f"{QUANTITIES[quantity].name}, root mean square"


def _plot(curve: Curve, quantity: str, x: Sequence[float], title: str) -> Json:
    unit = QUANTITIES[quantity].error_unit if quantity != "stress" else "meV/atom, virial"
    train = [1e3 * e[quantity] for e in curve.train]
    held = [1e3 * e[quantity] for e in curve.held_out]
    limit = (1 + ALLOWED) * held[-1]
    words = [
        hover(
            f"{size} {curve.what}",
            f"held out {significant(h)}, training {significant(t)} {unit}",
            f"{significant(time)} µs/atom, {significant(gain)} times as fast",
        )
        for size, h, t, time, gain in zip(
            curve.sizes, held, train, curve.times, curve.gains, strict=True
        )
    ]
    order = shown(curve, quantity)
    xs = [float(x[k]) for k in order]
    traces = [
        line([min(xs), max(xs)], [limit, limit], "#b6bfca", f"+{ALLOWED:.0%}", {"dash": "dash"}),
        line(xs, [train[k] for k in order], ORANGE, "training", {"width": 1.2}),
        line(xs, [held[k] for k in order], ACCENT, curve.held_out_on),
        {
            **points(xs, [held[k] for k in order], [words[k] for k in order], ACCENT, "", 7),
            "showlegend": False,
        },
    ]
    return figure(
        traces,
        logarithmic(title, xs),
        logarithmic(
            f"{QUANTITIES[quantity].name} ({unit})", [v[k] for v in (train, held) for k in order]
        ),
        **legend(),
    )


def numbers(curve: Curve) -> Panel:
    """Every size as a row."""
    names = [QUANTITIES[q].name for q in curve.quantities]
    heads = [curve.what.capitalize(), *names, "Growth", "µs/atom", "Times as fast"]
    rows = [
        [
            count(size),
            *(number(1e3 * curve.held_out[k][q]) for q in curve.quantities),
            Cell(f"{100 * curve.losses[k]:+.1f} %", f"{curve.losses[k]:.6g}"),
            number(curve.times[k]),
            number(curve.gains[k]),
        ]
        for k, size in enumerate(curve.sizes)
    ]
    table = Table(headings([], heads), rows)
    note = "Held-out root mean square errors in meV/atom, meV/Å and meV/atom (virial)."
    return Panel("Numbers", table.html(), note)
