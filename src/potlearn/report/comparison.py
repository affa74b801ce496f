"""The report of a comparison of ways to choose: errors against size, tables with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from potlearn.report import sections
from potlearn.report.html import write_page
from potlearn.report.info import ReportInfo
from potlearn.report.numbers import significant
from potlearn.report.plots import COLOURS, DASHES, GREY, figure, logarithmic, told
from potlearn.report.table import Cell, number, text
from potlearn.report.table import Table as HtmlTable
from potlearn.studies import Estimate, Table

QUANTITIES = {
    "energy_mae": ("Energy, MAE", "meV/atom", 1e3),
    "forces_mae": ("Forces, MAE", "meV/Å", 1e3),
    "condition": ("Condition number", "", 1.0),
    "energy_rmse": ("Energy, RMSE", "meV/atom", 1e3),
    "forces_rmse": ("Forces, RMSE", "meV/Å", 1e3),
}
"""Name, unit and factor of what is shown."""
GEOMETRIC = ("condition",)
"""Quantities whose mean is geometric."""


def write_comparison_report(path: str | Path, table: Table, info: ReportInfo) -> None:
    """Write the report of a comparison, one HTML file that needs no network.

    Raises
    ------
    MissingExtraError
        plotly is not installed.
    """
    shown = shown_quantities(table)
    figures = {q: _curves(table, q) for q in shown}
    plots = "".join(sections.plot("figure", _title(q), "mean and 95 % interval", q) for q in shown)
    note = (
        "Test error of the fit of each subset. The baseline is grey and thick; point at a line to "
        "see the method; click in the legend to hide it, twice to see it alone."
    )
    parts = {
        "curves": sections.section("curves", note, f'<div class="plots two">{plots}</div>'),
        "savings": _savings(table),
        "table": _tables(table, shown),
        "settings": sections.fitted(info, "settings"),
    }
    body = "\n".join([sections.header(info, list(parts)), *parts.values()])
    write_page(path, info.title, body, {"figures": figures, "first": ""})


def shown_quantities(table: Table) -> list[str]:
    """Quantities that the records have."""
    recorded = {name for record in table.records.values() for name in record}
    return [q for q in QUANTITIES if q in recorded]


def estimate(table: Table, method: str, size: int, quantity: str) -> Estimate:
    """Mean and interval in the shown unit."""
    found = table.mean(method, size, quantity, quantity in GEOMETRIC)
    return Estimate(*(QUANTITIES[quantity][2] * value for value in found))


def words(found: Estimate) -> str:
    """``"3.21 (3.05 to 3.37)"``, or a dash."""
    if found.mean != found.mean:
        return significant(None)
    if found.low != found.low:
        return significant(found.mean)
    return f"{significant(found.mean)} ({significant(found.low)} to {significant(found.high)})"


def _title(quantity: str) -> str:
    name, unit, _ = QUANTITIES[quantity]
    return f"{name} ({unit})" if unit else name


def _curves(table: Table, quantity: str) -> dict[str, Any]:
    """A line for each method, with bars."""
    traces, values = list[dict[str, Any]](), list[float]()
    for i, method in enumerate(table.methods):
        shown = [k for k in table.sizes if table.values(method, k, quantity)]
        found = [estimate(table, method, k, quantity) for k in shown]
        values += [e.mean for e in found]
        traces.append(_line(method, i, shown, found, quantity))
    sizes = [float(k) for k in table.sizes]
    y, x = logarithmic(_title(quantity), values), logarithmic("Configurations", sizes, sizes)
    return figure(traces, x, y, showlegend=quantity == "energy_mae")


def _line(
    method: str, i: int, sizes: Sequence[int], found: Sequence[Estimate], quantity: str
) -> dict[str, Any]:
    colour = GREY if i == 0 else COLOURS[(i - 1) % len(COLOURS)]
    dash = DASHES[(i - 1) // len(COLOURS) % len(DASHES)] if i else "solid"
    unit = QUANTITIES[quantity][1]
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
            told(method, f"{k} configurations", f"{words(e)} {unit}")
            for k, e in zip(sizes, found, strict=True)
        ],
    }


def _or_zero(value: float) -> float:
    return value if value == value else 0.0


def _savings(table: Table) -> str:
    """Where half the configurations do."""
    quantities = [q for q in ("energy_mae", "forces_mae") if q in shown_quantities(table)]
    rows = []
    for method, small, large in table.savings(quantities):
        cells: list[Cell] = [text(method), number(small), number(large)]
        for q in quantities:
            ratio = table.ratio(method, small, q, large)
            cells.append(number(ratio.mean, note=_bounds(ratio)))
        rows.append(cells)
    heads = [("Method", True), ("k", False), (f"{table.baseline}, k", False)]
    heads += [(f"{QUANTITIES[q][0]}, ratio", False) for q in quantities]
    note = (
        f"k configurations of the method have mean errors no larger than twice as many of "
        f"{table.baseline}, in all quantities. Ratios are geometric means over pairs of the same "
        "pool and test set, with 95 % intervals."
    )
    content = HtmlTable(heads, rows).html() if rows else "<p>Nowhere.</p>"
    return sections.section("savings", note, content)


def _bounds(found: Estimate) -> str:
    if found.low != found.low:
        return ""
    return f"{significant(found.low)} to {significant(found.high)}"


def _tables(table: Table, shown: Sequence[str]) -> str:
    """One table for each quantity."""
    heads = [("Method", True), *((f"k = {k}", False) for k in table.sizes)]
    parts = []
    for q in shown:
        rows = [
            [text(method), *(_cell(table, method, k, q) for k in table.sizes)]
            for method in table.methods
        ]
        html = HtmlTable(heads, rows, top=table.baseline, kind="groups").html()
        parts.append(f"<h3>{_title(q)}</h3>{html}")
    note = "Means over seeds, below them 95 % intervals (Student); condition numbers: geometric."
    return sections.section("table", note, "".join(parts))


def _cell(table: Table, method: str, size: int, quantity: str) -> Cell:
    found = estimate(table, method, size, quantity)
    if found.mean != found.mean:
        return Cell(significant(None), note=_reason(table.failure(method, size)))
    return number(found.mean, note=_bounds(found))


def _reason(failure: str) -> str:
    """Why a cell is empty, in few words."""
    return "k above the rank" if "rank" in failure else failure[:40]


def markdown_table(table: Table, quantity: str) -> str:
    """Means and 95 % intervals as a Markdown table; empty cells say why."""
    head = [f"{_title(quantity)}", *(f"k = {k}" for k in table.sizes)]
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    for method in table.methods:
        cells = [_markdown_cell(table, method, k, quantity) for k in table.sizes]
        lines.append(f"| {method} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _markdown_cell(table: Table, method: str, size: int, quantity: str) -> str:
    found = estimate(table, method, size, quantity)
    if found.mean != found.mean:
        return _reason(table.failure(method, size)) or significant(None)
    return words(found)


def settings_of(table: Table, **more: object) -> Mapping[str, object]:
    """What is told of a comparison."""
    seeds = len({cell.seed for cell in table.records})
    return {"methods": len(table.methods), "sizes": table.sizes, "seeds": seeds, **more}
