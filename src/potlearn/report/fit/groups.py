"""Panel: errors of each group, and every number of ``metrics.json``."""

from __future__ import annotations

from html import escape

from potlearn.metrics import (
    COSINE_THRESHOLD,
    EVERYTHING,
    MEASURES,
    Interval,
    Number,
    Quantity,
    measures_of,
)
from potlearn.report.fit.cards import HEADLINE, LEAST
from potlearn.report.fit.view import FitView
from potlearn.report.page.numbers import interval, natural
from potlearn.report.page.panel import Panel
from potlearn.report.page.tables import Cell, Heading, Table, count, headings, number, text

# Row of all groups together.
_ALL = "All"


def groups(view: FitView) -> Panel:
    """A table of the groups for each set, and all numbers in a fold."""
    tables = (
        f"<h3>{escape(name.capitalize())}</h3>{_table(view, name).html()}"
        for name in view.evaluations
    )
    every = (
        "<details><summary>All numbers (eV/atom, eV/Å, eV/Å³ and their squares)</summary>"
        f"{_every(view).html()}</details>"
    )
    note = (
        "Below each MAE: 95 % confidence interval, by bootstrap over configurations. Mean cos: "
        f"mean cosine between predicted and reference forces above {COSINE_THRESHOLD:g} eV/Å. "
        "Click a heading to sort."
    )
    return Panel("Errors by group", "".join(tables) + every, note, link="Groups")


def _table(view: FitView, name: str) -> Table:
    """Errors of each group of a set, all groups together first."""
    quantities, members = view.labelled(name), view.evaluations[name].by_group()
    names = [EVERYTHING, *sorted(members.keys() - {EVERYTHING}, key=natural)]
    rows = []
    for group in names:
        n = int(members[group].sum()) if group != EVERYTHING else len(view.evaluations[name])
        row = [Cell(_ALL if group == EVERYTHING else group, group, is_text=True), count(n)]
        for q in quantities:
            bounds = view.intervals[name][group][q.key][HEADLINE]
            row += _cells(q, view.measures[name][group][q.key], bounds)
        rows.append(row)
    heads, over = headings(["Group"], ["Configs"]), [("", 2)]
    for q in quantities:
        labels = [m.label for m in measures_of(q.key).values() if m.column]
        heads += [Heading(label) for label in labels]
        over.append((f"{q.name} ({q.error_unit})", len(labels)))
    return Table(heads, rows, over, _ALL, "groups")


def _cells(quantity: Quantity, numbers: dict[str, Number], bounds: Interval) -> list[Cell]:
    """Measures of one quantity; the headline measure with its interval."""
    cells = []
    for name, measure in measures_of(quantity.key).items():
        factor = measure.factor(quantity.key)
        least = LEAST if measure.power == 1 else 0.0
        note = interval(bounds, factor, least) if name == HEADLINE else ""
        if measure.column:
            cells.append(number(numbers[name], factor, note, measure.decimals, least))
    return cells


def _every(view: FitView) -> Table:
    """Every number of ``metrics.json``, in its units."""
    rows = [
        [text(group), text(name), text(quantity), *map(_plain, MEASURES, [numbers] * len(MEASURES))]
        for name, measured in view.measures.items()
        for group, quantities in measured.items()
        for quantity, numbers in quantities.items()
        if numbers["n"]
    ]
    return Table(headings(["group", "set", "quantity"], list(MEASURES)), rows)


def _plain(name: str, numbers: dict[str, Number]) -> Cell:
    return number(numbers.get(name), decimals=MEASURES[name].decimals)
