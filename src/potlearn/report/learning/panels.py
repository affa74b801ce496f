"""Panels: errors against labels, scores by round, and all rounds in a table."""

from __future__ import annotations

from collections.abc import Mapping

from potlearn.metrics import QUANTITIES
from potlearn.report.learning.view import LearningView
from potlearn.report.page.compact import Json
from potlearn.report.page.panel import Panel
from potlearn.report.page.plots import ACCENT, ORANGE, figure, legend, line, logarithmic, place
from potlearn.report.page.tables import Table, count, headings, number, text

KINDS = {"validation": ("validation set", ACCENT), "new": ("new labels, before them", ORANGE)}
"""Errors: their names and colours."""


def errors(view: LearningView) -> Panel | None:
    """Errors of energy and forces against labels spent."""
    figures: dict[str, Json] = {}
    places = []
    for quantity in ("forces", "energy"):
        found = {kind: view.series(kind, quantity) for kind in KINDS}
        if any(values for _, values in found.values()):
            figures[quantity] = _errors(quantity, found)
            title = f"{QUANTITIES[quantity].name}, root mean square"
            places.append(place("figure", title, "Labels spent", quantity))
    if not figures:
        return None
    note = (
        "Errors on new labels are those of the potential that chose them: larger than on a random "
        "sample, since triggers look for what it does not know."
    )
    content = f'<div class="plots two">{"".join(places)}</div>'
    return Panel("Errors against labels", content, note, figures=figures)


def _errors(quantity: str, found: dict[str, tuple[list[int], list[float]]]) -> Json:
    q = QUANTITIES[quantity]
    traces = [
        line(labels, values, KINDS[kind][1], KINDS[kind][0], mode="lines+markers")
        for kind, (labels, values) in found.items()
        if values
    ]
    every = [value for _, values in found.values() for value in values]
    title = f"{q.name} ({q.error_unit})"
    return figure(traces, {"title": "Labels spent"}, logarithmic(title, every), **legend())


def scores(view: LearningView) -> Panel | None:
    """Largest score of each trigger, round by round, with its limit."""
    figures: dict[str, Json] = {}
    places = []
    for name in view.triggers:
        rounds, values = view.scores(name)
        if not values:
            continue
        traces = [line(rounds, values, ACCENT, "largest", mode="lines+markers")]
        limit = view.limits.get(name)
        if limit is not None:
            ends = [rounds[0], rounds[-1]]
            traces.append(line(ends, [limit, limit], "#b6bfca", "limit", {"dash": "dash"}))
        figures[name] = figure(traces, {"title": "Round"}, logarithmic(name, values), **legend())
        places.append(place("figure", f"Largest {name}", "Of all runs of a round", name))
    if not figures:
        return None
    content = f'<div class="plots two">{"".join(places)}</div>'
    limits = [f"{name} {view.limits[name]:g}" for name in figures if name in view.limits]
    note = f"Limits above which a configuration is a candidate: {', '.join(limits)}."
    return Panel("Uncertainty", content, note if limits else "", figures=figures)


def rounds(view: LearningView) -> Panel:
    """Every round as a row."""
    heads = ["Round", "Labels spent", "New", "Failed", "Candidates", "Simulated, ps"]
    heads += ["Forces of new", "Forces of validation"]
    rows = [
        [
            *map(count, (row.number, row.labels, row.asked, row.failed, row.candidates)),
            number(row.time),
            number(row.new.get("forces"), 1e3),
            number(row.validation.get("forces"), 1e3),
            text(_ends(row.ends)),
        ]
        for row in view.rows
    ]
    table = Table([*headings([], heads), *headings(["Runs that ended early"], [])], rows)
    return Panel("Rounds", table.html(), "Errors of forces are root mean squares in meV/Å.")


def _ends(ends: Mapping[str, str]) -> str:
    """Runs that ended early, and why."""
    found = [f"{name}: {end}" for name, end in ends.items() if end != "finished"]
    return "; ".join(found) or "none"
