"""Panels: all numbers in one table, curves of all models over one another, and notes."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from potlearn.report.page.compact import Json
from potlearn.report.page.numbers import significant
from potlearn.report.page.panel import Panel
from potlearn.report.page.plots import COLOURS, DASHES, figure, legend, line, place, points
from potlearn.report.page.tables import Cell, Table, headings, number, text
from potlearn.report.properties.view import Lines, Number, PropertiesView, difference


def numbers(view: PropertiesView) -> Panel:
    """Every quantity as a row, every model as a column."""
    compared = len(view.models) > 1
    titles = [*view.models, *(["Difference"] if compared else [])]
    rows = [
        [text(name), text(quantity), text(unit), *map(_cell, values), *_compared(values, compared)]
        for name, quantity, unit, values in view.rows()
    ]
    table = Table(headings(["Property", "Quantity", "Unit"], titles), rows)
    note = (
        "± is one standard deviation: over potentials drawn from the posterior of the "
        "coefficients, or of block averages of a simulation."
    )
    if compared:
        note += f" Differences are those of {escape(view.models[0])} from {escape(view.models[1])}."
    return Panel("Numbers", table.html(), note)


def _cell(value: Number | None) -> Cell:
    if value is None:
        return number(None)
    error = "" if value.error is None else f"± {significant(value.error, 2)}"
    return Cell(significant(value.value, 4), f"{value.value:.6g}", error)


def _compared(values: list[Number | None], compared: bool) -> list[Cell]:
    if not compared:
        return []
    found = difference(values)
    return [number(None) if found is None else Cell(f"{100 * found:+.1f} %", f"{found:.6g}")]


def curves(view: PropertiesView) -> Panel | None:
    """A figure for every title."""
    found = view.curves()
    if not found:
        return None
    figures = {title: _figure(of_models) for title, of_models in found.items()}
    places = [place("figure", title, _caption(found[title]), title) for title in found]
    return Panel("Curves", f'<div class="plots two">{"".join(places)}</div>', figures=figures)


def _caption(of_models: Mapping[str, Lines]) -> str:
    curve = next(iter(of_models.values()))
    return "points: calculated, lines: fitted" if curve.points else curve.y_title


def _figure(of_models: Mapping[str, Lines]) -> Json:
    traces = []
    for k, (model, curve) in enumerate(of_models.items()):
        colour, style = COLOURS[k % len(COLOURS)], {"dash": DASHES[k % len(DASHES)]}
        for i, values in enumerate(curve.lines):
            trace = line(_stretched(curve, of_models), values, colour, model, style)
            traces.append({**trace, "showlegend": i == 0, "legendgroup": model})
        if curve.points:
            x, y = curve.points
            words = [escape(f"{model}: {significant(b)}") for b in y]
            traces.append({**points(x, y, words, colour, model, 7), "showlegend": False})
    first = next(iter(of_models.values()))
    x_axis: dict[str, object] = {"title": first.x_title}
    if first.ticks:
        x_axis |= {"tickvals": [x for x, _ in first.ticks], "ticktext": [t for _, t in first.ticks]}
        x_axis["showgrid"] = True
    return figure(traces, x_axis, {"title": first.y_title}, **legend())


def _stretched(curve: Lines, of_models: Mapping[str, Lines]) -> list[float]:
    """Positions; on an axis with named places those of the first model, whose cell may differ."""
    first = next(iter(of_models.values()))
    if not curve.ticks:
        return list(curve.x)
    return [x * first.x[-1] / curve.x[-1] for x in curve.x]


def notes(view: PropertiesView) -> Panel | None:
    """What is not as it should be."""
    found = view.notes()
    if not found:
        return None
    return Panel("Notes", "<ul>" + "".join(f"<li>{escape(t)}</li>" for t in found) + "</ul>")
