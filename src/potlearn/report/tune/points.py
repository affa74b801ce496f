"""The table of the front: every value with its interval, the parameters, the files."""

from __future__ import annotations

from html import escape

from potlearn.report.page.numbers import interval
from potlearn.report.page.panel import Panel
from potlearn.report.page.tables import Cell, Heading, Table, headings, number, text
from potlearn.report.tune.cards import choices
from potlearn.report.tune.view import TuneView
from potlearn.tune import Point
from potlearn.tune.front.names import named
from potlearn.tune.summary import short_keys, value_text, varied


def points(view: TuneView) -> Panel | None:
    """A row for each point, and the choices in words."""
    front = view.tuned.front
    if not len(front):
        return None
    keys = short_keys(varied([point.parameters for point in front]))
    more = [n for n in _measured(view) if n not in view.tuned.objectives]
    titles = [named(name).title for name in view.tuned.objectives]
    others = [named(name).title for name in more]
    heads = [
        *headings(["Trial"], titles),
        *headings(list(keys.values()), others),
        Heading("Fit", True),
    ]
    marks: dict[int, list[str]] = {}
    for question, point in choices(view).items():
        marks.setdefault(point.trial, []).append(question.lower())
    rows = [
        [
            Cell(str(p.trial), str(p.trial), ", ".join(marks.get(p.trial, [])), is_text=True),
            *(_objective(name, p) for name in view.tuned.objectives),
            *(text(value_text(p.parameters.get(key))) for key in keys),
            *(number(p.values.get(name), named(name).factor) for name in more),
            text(_file(view, p)),
        ]
        for p in front
    ]
    known = any(u.low is not None for p in front for u in p.objectives.values())
    note = "95 % intervals are below the values. " if known else ""
    if view.tuned.front[0].config:
        note += (
            "<code>potlearn fit</code> with the file in the last column makes the potential again."
        )
    else:
        note += "The study has not ended: no potential is saved yet."
    table = Table(heads, rows, kind="groups").html()
    content = f'{_reasons(view)}<div class="tall">{table}</div>'
    return Panel("Points of the front", content, note, link="Points")


def _objective(name: str, point: Point) -> Cell:
    found = point.objectives[name]
    bounds = None if found.low is None or found.high is None else (found.low, found.high)
    return number(found.value, named(name).factor, interval(bounds, named(name).factor))


def _measured(view: TuneView) -> list[str]:
    """What was measured of some point, in its first order."""
    return list(dict.fromkeys(name for point in view.tuned.front for name in point.values))


def _file(view: TuneView, point: Point) -> str:
    """The configuration, without the study's folder."""
    path, folder = point.config, view.tuned.folder
    if path is None:
        return ""
    return str(path.relative_to(folder) if path.is_relative_to(folder) else path)


def _reasons(view: TuneView) -> str:
    """The choices, a sentence each."""
    rows = "".join(
        f"<dt>{escape(question)}</dt><dd>{escape(str(point))}</dd>"
        for question, point in choices(view).items()
    )
    return f'<div class="facts reasons" style="columns:1"><dl>{rows}</dl></div>'
