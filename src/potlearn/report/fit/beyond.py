"""Panel: what the potential does where it has no data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import chain
from math import isfinite
from typing import TYPE_CHECKING

from potlearn.report.fit.view import FitView
from potlearn.report.page.compact import Json
from potlearn.report.page.panel import Panel
from potlearn.report.page.plots import COLOURS, PALE, figure, legend, line, place
from potlearn.report.page.tables import Cell, Table, count, headings, number, text

if TYPE_CHECKING:
    from potlearn.fit.beyond import ApproachCheck, BeyondCheck, CrystalCheck

RISES, FALLS = "rises", "falls"
MOST_NAMED = len(COLOURS)
"""Crystals with a colour and a name in the plot; the others are pale."""
DEEPEST = -0.5
"""Lower end of the plot, as a part of its upper end."""
SMALLEST = 1.0
"""Least height of the plot, in eV/atom."""


def beyond(view: FitView) -> Panel | None:
    """Warnings, a plot and a table of crystals, random packings, dimers and trimers."""
    check = view.info.beyond
    if check is None:
        return None
    figures = {"beyond": _plot(check.crystals)} if any(_curves(check.crystals)) else {}
    side_by_side = "".join([*map(_place, figures), *_packings(check)])
    parts = [_summary(check), f'<div class="plots two">{side_by_side}</div>' * bool(side_by_side)]
    content = "\n".join([*parts, *_crystals(check), *_molecules(check.approaches)])
    return Panel("Beyond the data", content, _note(check), figures=figures)


def _note(check: BeyondCheck) -> str:
    """What was looked at, and what it means."""
    looked = (
        "States that the data do not hold: crystals under compression, random packings relaxed "
        "under pressure, dimers and trimers closer than any in the data."
        if check.crystals
        else "Dimers and trimers closer than any in the data. The data hold no periodic "
        "configurations with energies, so there are no crystals and packings to look at."
    )
    return (
        f"{looked} Energies should rise there, or a simulation may run into a state that no "
        "material has. That they rise does not make them right: for states far from all data, "
        "add data."
    )


def _summary(check: BeyondCheck) -> str:
    """A sentence if nothing falls, else what falls and what to do."""
    found = [w.removeprefix("beyond the data, ") for w in check.warnings()]
    if not found:
        return "<p><b>Nothing falls</b> among the states looked at.</p>"
    items = "".join(f"<li>{escape(words[:1].upper() + words[1:])}.</li>" for words in found)
    return (
        "<p><b>Something falls.</b> Do not simulate near these states, or add data and fit "
        f"again:</p>\n<ul>{items}</ul>"
    )


# Crystals ----------------------------------------------------------------------------------------


def _place(key: str) -> str:
    caption = "above that at rest, until 200 GPa or half the distance"
    return place("figure", "Energies of crystals", caption, key)


def _crystals(check: BeyondCheck) -> Iterator[str]:
    if not check.crystals:
        return
    yield "<h3>Crystals under compression</h3>"
    heads = headings(
        ["Crystal", "Energy"], ["At rest (eV/atom)", "Up to (GPa)", "Up to (part of distance)"]
    )
    ordered = sorted(check.crystals, key=lambda c: c.rises)
    yield Table(heads, [_crystal(c) for c in ordered]).html()


def _crystal(c: CrystalCheck) -> list[Cell]:
    return [
        text(c.name),
        text(RISES if c.rises else FALLS),
        number(c.energy, decimals=3),
        number(c.pressure, decimals=0),
        number(c.compression, decimals=2),
    ]


def _curves(
    crystals: Sequence[CrystalCheck],
) -> Iterator[tuple[CrystalCheck, list[float], list[float]]]:
    """Distances in parts of that at rest, and energies above that at rest (eV/atom)."""
    for c in sorted(crystals, key=lambda c: c.rises):
        states = [s for s in zip(c.scales, c.energies, strict=True) if isfinite(s[1])]
        if states:
            yield c, [r / c.distance for r, _ in states], [e - c.energy for _, e in states]


def _plot(crystals: Sequence[CrystalCheck]) -> Json:
    """Energies of all crystals, those that fall first."""
    traces = []
    for k, (c, x, y) in enumerate(_curves(crystals)):
        named = k < MOST_NAMED
        label = c.name if c.rises else f"{c.name}, {FALLS}"
        style = {"dash": "solid" if c.rises else "dash"}
        made = line(x, y, COLOURS[k] if named else PALE, escape(label, quote=False), style)
        traces.append({**made, "showlegend": named})
    highest = max(chain([SMALLEST], *(y for c, _, y in _curves(crystals) if c.rises)))
    lowest = min(chain([0.0], *(y for _, _, y in _curves(crystals))))
    heights = [max(1.1 * lowest, DEEPEST * highest) - 0.03 * highest, 1.05 * highest]
    x_axis = {"title": "Distance of nearest neighbours (part of that at rest)"}
    y_axis = {"title": "Energy (eV/atom)", "range": heights}
    return figure(traces, x_axis, y_axis, **legend(yanchor="top"))


# Packings, dimers and trimers --------------------------------------------------------------------


def _packings(check: BeyondCheck) -> Iterator[str]:
    if not check.packings:
        return
    heads = headings(["Pressure (GPa)"], ["Packings", "Collapsed"])
    rows = [
        [number(p, decimals=0), count(n), count(k)] for p, (n, k) in sorted(check.packings.items())
    ]
    title = "<h3>Random packings, relaxed with variable cell</h3>"
    yield f"<div>{title}{Table(heads, rows).html()}</div>"


def _molecules(approaches: Sequence[ApproachCheck]) -> Iterator[str]:
    """A row for each pair of elements, those that attract first."""
    if not approaches:
        return
    pairs: dict[str, dict[str, ApproachCheck]] = {}
    for a in approaches:
        pair, _, kind = a.name.partition(" ")
        pairs.setdefault(pair, {})[kind] = a
    kinds = list(dict.fromkeys(kind for found in pairs.values() for kind in found))
    ordered = sorted(pairs.items(), key=lambda item: all(a.repels for a in item[1].values()))
    yield "<h3>Dimers and trimers closer than any in the data</h3>"
    heads = headings(["Pair", *(kind.capitalize() for kind in kinds)], [])
    rows = [[text(pair), *(_molecule(found.get(k)) for k in kinds)] for pair, found in ordered]
    yield Table(heads, rows).html()


def _molecule(a: ApproachCheck | None) -> Cell:
    if a is None:
        return text("")
    return text("repels" if a.repels else f"attracts below {a.distance:.2f} Å")
