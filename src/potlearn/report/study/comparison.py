"""The report of a comparison of selection methods: learning curves, and tables with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from potlearn.errors import PotlearnError
from potlearn.registry import Registry
from potlearn.report.info import ReportInfo
from potlearn.report.page.compact import Json
from potlearn.report.page.document import write_page
from potlearn.report.page.numbers import significant
from potlearn.report.page.panel import Maker, Panel, made
from potlearn.report.page.plots import COLOURS, DASHES, GREY, figure, hover, logarithmic, place
from potlearn.report.page.tables import Cell, count, headings, number, text
from potlearn.report.page.tables import Table as HtmlTable
from potlearn.report.study.quantities import COMPARED, reason, recorded, span, words
from potlearn.studies import Estimate, Table


@dataclass(frozen=True)
class ComparisonView:
    """Records of a comparison, title and settings."""

    table: Table
    info: ReportInfo


PANELS: Registry[Maker[ComparisonView]] = Registry(
    "panel",
    PotlearnError,
    {
        "curves": "potlearn.report.study.comparison:curves",
        "savings": "potlearn.report.study.comparison:savings",
        "table": "potlearn.report.study.comparison:tables",
        "settings": "potlearn.report.page.settings:settings",
    },
)
"""Panels of the report, in its order."""


def write_comparison_report(path: str | Path, table: Table, info: ReportInfo) -> None:
    """Write the report of a comparison, one HTML file that needs no network.

    Raises
    ------
    MissingExtraError
        plotly is not installed.
    """
    write_page(path, info, made(PANELS, ComparisonView(table, info)), first="")


def curves(view: ComparisonView) -> Panel:
    """Errors against the number of configurations."""
    shown = recorded(view.table)
    plots = (place("figure", COMPARED[q].title, "mean and 95 % interval", q) for q in shown)
    note = (
        "Test errors of fits to the selected subsets. The baseline is grey and thick. Hover over "
        "a line to see its method; click in the legend to hide it, twice to see it alone."
    )
    content = f'<div class="plots two">{"".join(plots)}</div>'
    figures = {q: _curves(view.table, q) for q in shown}
    return Panel("Learning curves", content, note, figures=figures)


def _curves(table: Table, quantity: str) -> Json:
    """A line with error bars for each method."""
    traces, values = list[Json](), list[float]()
    for i, method in enumerate(table.methods):
        shown = [k for k in table.sizes if table.values(method, k, quantity)]
        found = [COMPARED[quantity].estimate(table, method, k, quantity) for k in shown]
        values += [e.mean for e in found]
        traces.append(_line(method, i, shown, found, COMPARED[quantity].unit))
    sizes = [float(k) for k in table.sizes]
    x = logarithmic("Configurations", sizes, sizes)
    y = logarithmic(COMPARED[quantity].title, values)
    return figure(traces, x, y, showlegend=quantity == "energy_mae")


def _line(method: str, i: int, sizes: Sequence[int], found: Sequence[Estimate], unit: str) -> Json:
    """The i-th method; the first one is the baseline."""
    colour = GREY if i == 0 else COLOURS[(i - 1) % len(COLOURS)]
    dash = DASHES[(i - 1) // len(COLOURS) % len(DASHES)] if i else "solid"
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": method,
        "x": list(sizes),
        "y": [e.mean for e in found],
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [_or_zero(e.high - e.mean) for e in found],
            "arrayminus": [_or_zero(e.mean - e.low) for e in found],
            "width": 2,
            "thickness": 1,
        },
        "line": {"color": colour, "dash": dash, "width": 3.5 if i == 0 else 1.6},
        "marker": {"size": 5},
        "hoverinfo": "text",
        "text": [
            hover(method, f"{k} configurations", f"{words(e)} {unit}")
            for k, e in zip(sizes, found, strict=True)
        ],
    }


def _or_zero(value: float) -> float:
    return value if value == value else 0.0


def savings(view: ComparisonView) -> Panel:
    """Methods that need half the configurations of the baseline."""
    table = view.table
    quantities = [q for q in ("energy_mae", "forces_mae") if q in recorded(table)]
    rows = []
    for method, small, large in table.savings(quantities):
        cells: list[Cell] = [text(method), count(small), count(large)]
        for q in quantities:
            ratio = table.ratio(method, small, q, large)
            cells.append(number(ratio.mean, note=span(ratio)))
        rows.append(cells)
    ratios = [f"{COMPARED[q].name}, ratio" for q in quantities]
    heads = headings(["Method"], ["k", f"{table.baseline}, k", *ratios])
    note = (
        "Sizes k where a method has mean errors no larger than those of "
        f"{table.baseline} with twice as many configurations, in all quantities. Ratios are "
        "geometric means over pairs of the same pool and test set, with 95 % intervals."
    )
    content = HtmlTable(heads, rows).html() if rows else "<p>No such size.</p>"
    return Panel("Same accuracy with half the configurations", content, note, link="Savings")


def tables(view: ComparisonView) -> Panel:
    """One table for each quantity."""
    table = view.table
    heads = headings(["Method"], [f"k = {k}" for k in table.sizes])
    parts = []
    for q in recorded(table):
        rows = [
            [text(method), *(_cell(table, method, k, q) for k in table.sizes)]
            for method in table.methods
        ]
        html = HtmlTable(heads, rows, top=table.baseline, kind="groups").html()
        parts.append(f"<h3>{COMPARED[q].title}</h3>{html}")
    note = (
        "Mean over seeds, below it the 95 % interval (Student's t). Means of condition numbers "
        "are geometric."
    )
    return Panel("All methods", "".join(parts), note)


def _cell(table: Table, method: str, size: int, quantity: str) -> Cell:
    found = COMPARED[quantity].estimate(table, method, size, quantity)
    if found.mean != found.mean:
        return Cell(significant(None), note=reason(table.failure(method, size)))
    return number(found.mean, note=span(found))


def markdown_table(table: Table, quantity: str) -> str:
    """Means and 95 % intervals as a Markdown table; empty cells say why."""
    head = [COMPARED[quantity].title, *(f"k = {k}" for k in table.sizes)]
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    for method in table.methods:
        cells = [_markdown_cell(table, method, k, quantity) for k in table.sizes]
        lines.append(f"| {method} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _markdown_cell(table: Table, method: str, size: int, quantity: str) -> str:
    found = COMPARED[quantity].estimate(table, method, size, quantity)
    if found.mean != found.mean:
        return reason(table.failure(method, size)) or significant(None)
    return words(found)
