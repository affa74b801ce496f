"""Panel: extrapolation grades of atoms, by group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape

import numpy as np

from potlearn.metrics import EVERYTHING, Evaluation
from potlearn.report.fit.uncertainty.sets import all_in_fit, remark, with_grades
from potlearn.report.fit.view import FitView
from potlearn.report.page.compact import Json
from potlearn.report.page.numbers import counted, natural
from potlearn.report.page.panel import Panel
from potlearn.report.page.plots import (
    BLACK,
    COLOURS,
    PALE,
    figure,
    legend,
    line,
    logarithmic,
    place,
)
from potlearn.report.page.tables import Cell, Table, count, headings, number, text
from potlearn.typing import Array, Mask

LIMIT = 1.0
"""The largest grade of the training data."""
MOST_ROWS, LEAST_ROWS = 20, 5
MOST_NAMED = 5
"""Groups with a colour of their own; the others are one pale line."""
LEAST = 1e-3
"""Smaller grades are drawn here."""

_BINS_PER_DECADE, _MOST_BINS = 20, 60
_ALL = "All"


def grades(view: FitView) -> Panel | None:
    """Histograms, shares above 1, and the configurations with the largest grades."""
    sets = with_grades(view)
    if not sets:
        return None
    drawn = {name: found for name, found in sets.items() if np.isfinite(found[1]).any()}
    edges = _edges([_logs(gamma) for _, gamma in drawn.values()])
    named = _named(drawn.values())
    figures = {f"grades-{k}": _plot(*found, edges, named) for k, found in enumerate(drawn.values())}
    plots = "".join(
        place("figure", f"Grades, {name}", _caption(view, name), key)
        for key, name in zip(figures, drawn, strict=True)
    )
    tables = (_tables(view, name, *found) for name, found in sets.items())
    note = (
        "Extrapolation grade γ of every atom: at most 1 for the environments that the potential "
        "was fitted to. Above 1 the potential extrapolates: errors may be larger than expected, "
        "and such configurations are worth a calculation."
    )
    parts = [_reading(sets), f'<div class="plots two">{plots}</div>' * bool(plots), *tables]
    content = "\n".join([*parts, _largest(view, sets)])
    return Panel("Extrapolation grade", content, note, link="Grades", figures=figures)


def _reading(sets: Mapping[str, tuple[Evaluation, Array]]) -> str:
    """Share of atoms above the limit in every set."""
    items = []
    for name, (_, gamma) in sets.items():
        known = gamma[~np.isnan(gamma)]
        above, strange = int(np.sum(known > LIMIT)), int(np.isinf(known).sum())
        words = (
            f"{above:,} of {counted(len(known), 'atom')} of {escape(name)} are above 1 "
            f"({percent(above / len(known))} %)"
        )
        if strange:
            words += (
                f", {strange:,} of them infinite: their species has no environment in the "
                "training data"
            )
        items.append(f"<li>{words}.</li>")
    return f"<ul>{''.join(items)}</ul>"


def percent(share: float) -> str:
    """A share in percent; a small one is not rounded to nothing."""
    return f"{100 * share:.2g}" if share < 0.0995 else f"{100 * share:.0f}"


def _caption(view: FitView, name: str) -> str:
    return remark(view, name) or "share of the atoms of each group, per bin"


# Histograms ---------------------------------------------------------------------------------------


def _logs(gamma: Array) -> Array:
    """Logarithms of the finite grades."""
    return np.log10(np.maximum(gamma[np.isfinite(gamma)], LEAST))


def _plot(evaluation: Evaluation, gamma: Array, edges: Array, named: Sequence[str]) -> Json:
    """Histogram of every group, in shares of all its atoms."""
    shares = {
        name: 100 * np.histogram(_logs(gamma[own]), edges)[0] / own.sum()
        for name, own in _parts(evaluation, gamma, named)
    }
    heights = [float(s) for share in shares.values() for s in share if s > 0]
    floor = min(heights) / 2
    colours = dict(zip(named, COLOURS, strict=False))
    traces = [
        _stairs(edges, share, floor, name, colours.get(name, PALE))
        for name, share in shares.items()
    ]
    ends = (10 ** edges[0], 10 ** edges[-1])
    limit = line([LIMIT] * 2, [floor, 2 * max(heights)], BLACK, "", {"dash": "dot", "width": 1})
    x = logarithmic("Extrapolation grade γ", ends)
    y = logarithmic("Share of atoms per bin (%)", heights)
    below = legend(x=0, xanchor="left", y=-0.2, yanchor="top", orientation="h", font={"size": 11})
    more = below if len(shares) > 1 else {}
    return figure([*traces, {**limit, "showlegend": False}], x, y, **more)


def _edges(logs: Sequence[Array]) -> Array:
    """Equal bins of log γ, one edge at γ = 1, the first and the last one empty."""
    values = np.concatenate([[-0.05, 0.05], *logs])
    low = np.floor(_BINS_PER_DECADE * values.min())
    high = np.ceil(_BINS_PER_DECADE * values.max())
    step = max(-(-int(high - low) // _MOST_BINS), 1)
    low, high = np.floor(low / step) - 1, np.ceil(high / step) + 1
    return np.asarray(step * np.arange(low, high + 1) / _BINS_PER_DECADE)


def _members(evaluation: Evaluation, gamma: Array) -> dict[str, Mask]:
    """Atoms (N,) with a grade of each group that has such."""
    known = ~np.isnan(gamma)
    atoms = {name: own[evaluation.owner] & known for name, own in evaluation.by_group().items()}
    return {name: own for name, own in atoms.items() if own.any()}


def _named(sets: Iterable[tuple[Evaluation, Array]]) -> list[str]:
    """Groups with a colour: all, or those that reach the largest grades in any set."""
    tops: dict[str, float] = {}
    for evaluation, gamma in sets:
        for name, own in _members(evaluation, gamma).items():
            tops[name] = max(tops.get(name, 0.0), float(gamma[own].max()))
    ordered = sorted(tops, key=lambda name: -tops[name])
    return ordered if len(ordered) <= MOST_NAMED else ordered[: MOST_NAMED - 1]


def _parts(
    evaluation: Evaluation, gamma: Array, named: Sequence[str]
) -> Iterator[tuple[str, Mask]]:
    """Atoms of each named group, and of all others together."""
    members = _members(evaluation, gamma)
    yield from ((name, members[name]) for name in named if name in members)
    others = [own for name, own in members.items() if name not in named]
    if others:
        yield counted(len(others), "other group"), np.any(others, axis=0)


def _stairs(edges: Array, share: Array, floor: float, name: str, colour: str) -> Json:
    """A histogram as a line; empty bins lie below the plot."""
    centres = 10 ** (0.5 * (edges[:-1] + edges[1:]))
    heights = [float(s) if s > 0 else floor / 2 for s in share]
    style = {"shape": "hvh", "width": 1.6}
    return line(centres.tolist(), heights, colour, escape(name, quote=False), style)


# Tables -------------------------------------------------------------------------------------------


def _tables(view: FitView, name: str, evaluation: Evaluation, gamma: Array) -> str:
    table = _table(evaluation, gamma).html()
    title = escape(f"Grades by group, {name}")
    if all_in_fit(view, name):
        return f"<details><summary>{title} (were in the fit)</summary>{table}</details>"
    return f"<h3>{title}</h3>{table}"


def _table(evaluation: Evaluation, gamma: Array) -> Table:
    members = evaluation.by_group()
    rows = [_row(_ALL, EVERYTHING, np.ones(len(evaluation), bool), evaluation, gamma)]
    rows += [
        _row(name, name, members[name], evaluation, gamma) for name in sorted(members, key=natural)
    ]
    heads = headings(["Group"], ["Configs", "Atoms", "γ above 1 (%)", "Median γ", "Largest γ"])
    return Table(heads, rows, top=_ALL, kind="groups")


def _row(shown: str, key: str, own: Mask, evaluation: Evaluation, gamma: Array) -> list[Cell]:
    values = gamma[own[evaluation.owner]]
    values = values[~np.isnan(values)]
    cells = [Cell(shown, key, is_text=True), count(int(own.sum())), count(len(values))]
    if not len(values):
        return [*cells, *(number(None) for _ in range(3))]
    share = float(np.mean(values > LIMIT))
    return [
        *cells,
        Cell(percent(share), f"{share:.6g}"),
        grade(float(np.quantile(values, 0.5, method="lower"))),
        grade(float(values.max())),
    ]


def grade(value: float) -> Cell:
    """A grade, which may be infinite."""
    return Cell("∞", "Infinity") if np.isinf(value) else number(value)


def _largest(view: FitView, sets: Mapping[str, tuple[Evaluation, Array]]) -> str:
    """Configurations with the largest grades: those above 1, or a few.

    Of sets that were not in the fit, where there are such.
    """
    new = {name: found for name, found in sets.items() if not all_in_fit(view, name)} or sets
    found: list[tuple[float, list[Cell]]] = []
    for name, (evaluation, gamma) in new.items():
        for i, atom in _tops(evaluation, gamma):
            value = float(gamma[atom])
            words = (evaluation.sources[i], name, evaluation.groups[i])
            index = int(atom - evaluation.first[i])
            found.append((value, [*map(text, words), count(index), grade(value)]))
    found.sort(key=lambda pair: -pair[0])
    heads = headings(["Configuration", "Set", "Group"], ["Atom", "γ"])
    n = max(sum(value > LIMIT for value, _ in found), LEAST_ROWS)
    table = Table(heads, [row for _, row in found[: min(n, MOST_ROWS)]])
    return f"<h3>Largest grades, with their atoms (counted from 0)</h3>{table.html()}"


def _tops(evaluation: Evaluation, gamma: Array) -> Iterator[tuple[int, int]]:
    """Configurations with the largest grades, and the atom of each."""
    known = np.where(np.isnan(gamma), -1.0, gamma)
    filled = np.flatnonzero(evaluation.n_atoms > 0)
    if not len(filled):
        return
    tops = np.maximum.reduceat(known, evaluation.first[:-1][filled])
    for k in np.argsort(-tops, kind="stable")[:MOST_ROWS].tolist():
        i = int(filled[k])
        if tops[k] >= 0:
            first, last = evaluation.first[i : i + 2]
            yield i, int(first + np.argmax(known[first:last]))
