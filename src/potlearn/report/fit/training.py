"""Panel: the training of networks, epoch by epoch, and what it brought."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from math import isfinite
from typing import NamedTuple

from potlearn.metrics import EVERYTHING, MEASURES, Number, Quantity
from potlearn.report.fit.cards import HEADLINE, LEAST
from potlearn.report.fit.view import FitView
from potlearn.report.info import TrainingInfo
from potlearn.report.page.compact import Json
from potlearn.report.page.numbers import natural, significant
from potlearn.report.page.panel import Panel
from potlearn.report.page.plots import (
    ACCENT,
    GREY,
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

MOST = 500
"""Epochs that a plot shows; longer trainings are thinned."""
LEGEND = 1.3
"""The room above the lines, for a legend, grows with this times their range."""


class Column(NamedTuple):
    """A column of the learning curve: its end in the names, title, unit and factor."""

    key: str
    title: str
    unit: str
    factor: float


COLUMNS = (
    Column("loss", "Loss", "", 1.0),
    Column("energy", "Energy error", "meV/atom", 1e3),
    Column("forces", "Force error", "meV/Å", 1e3),
    Column("stress", "Stress error", "meV/atom, virial", 1e3),
)


class Course(NamedTuple):
    """Values of one column over the epochs that are shown.

    ``before`` is that of validation before the first epoch, ``chosen`` the epoch of the result.
    """

    column: Column
    epochs: list[int]
    train: list[float]
    validation: list[float]
    before: float
    chosen: int

    @property
    def label(self) -> str:
        """Title and unit."""
        column = self.column
        return f"{column.title} ({column.unit})" if column.unit else column.title

    @property
    def values(self) -> list[float]:
        """All that the vertical axis has to show."""
        return [*self.train, *self.validation, self.before]

    @property
    def height(self) -> list[float]:
        """Least and largest value of an axis with room for a legend above the lines."""
        low, high = min(self.values), max(self.values)
        return [low, high * (LEGEND * high / low) ** 0.5]


def courses(training: TrainingInfo) -> Iterator[Course]:
    """Columns with values, from the first epoch on; logarithmic axes show no zeros."""
    curve = training.curve
    last = len(curve) - 1
    epochs = sorted({*range(1, last + 1, max(1, last // MOST)), curve.best, last} - {0, -1})
    for column in COLUMNS:
        train = column.factor * curve[f"train_{column.key}"]
        validation = column.factor * curve[f"validation_{column.key}"]
        before = float(validation[0])
        drawn = train[epochs].tolist(), validation[epochs].tolist()
        course = Course(column, epochs, *drawn, before, curve.best)
        if epochs and all(isfinite(value) and value > 0 for value in course.values):
            yield course


def training(view: FitView) -> Panel | None:
    """Learning curves, and errors with and without networks."""
    found = view.info.training
    if found is None:
        return None
    shown = list(courses(found))
    figures = {f"training-{course.column.key}": _plot(found, course) for course in shown}
    places = [
        place("figure", course.column.title, "by epoch", key)
        for key, course in zip(figures, shown, strict=True)
    ]
    parts = [
        f"<p>{_summary(found)}</p>",
        f'<div class="plots two">{"".join(places)}</div>' * bool(places),
        *_tables(view, found),
    ]
    note = (
        "Errors are root mean squares. Those of training are of the steps of an epoch and of "
        "single networks; those of validation are of the mean of all networks after the epoch."
    )
    return Panel("Training of the networks", "\n".join(parts), note, "Training", figures)


def _summary(found: TrainingInfo) -> str:
    """What was trained, and which epoch is the result."""
    n, best = len(found.curve) - 1, found.curve.best
    if best == 0:
        result = (
            "the linear one, without networks"
            if found.called == "linear"
            else "that from which training started"
        )
        return (
            f"{escape(found.words)}. None of {n} epochs had a smaller validation loss: the "
            f"potential is {result}."
        )
    loss = found.curve["validation_loss"]
    gain = 1 - loss[best] / loss[0]
    return (
        f"{escape(found.words)}. Of {n} epochs, <b>{best}</b> has the smallest validation loss, "
        f"{gain:.0%} below that of the {escape(found.called)} potential: its networks are the "
        "potential."
    )


def _plot(found: TrainingInfo, course: Course) -> Json:
    """Training and validation, the potential before as a line, the chosen epoch as a point."""
    ends = [float(course.epochs[0]), float(course.epochs[-1])]
    epochs = [float(epoch) for epoch in course.epochs]
    unit = course.column.unit
    words = [
        hover(f"epoch {e}", *_lines(("validation", "training"), (v, t), unit))
        for e, t, v in zip(course.epochs, course.train, course.validation, strict=True)
    ]
    dash: Json = {"dash": "dash", "width": 1.4}
    traces = [
        line(ends, [course.before] * 2, GREY, f"{found.called}, validation", dash),
        line(epochs, course.train, ORANGE, "training", {"width": 1.2}),
        line(epochs, course.validation, ACCENT, "validation"),
        {**points(epochs, course.validation, words, ACCENT, "", 3), "showlegend": False},
    ]
    if course.chosen:
        at = course.epochs.index(course.chosen)
        name = f"epoch {course.chosen}"
        traces.append(points([epochs[at]], [course.validation[at]], [words[at]], ACCENT, name, 10))
    y = logarithmic(course.label, course.height)
    return figure(traces, logarithmic("Epoch", epochs), y, **legend())


def _lines(names: Sequence[str], values: Sequence[float], unit: str) -> Iterator[str]:
    for name, value in zip(names, values, strict=True):
        yield f"{name} {significant(value)} {unit}".rstrip()


def _tables(view: FitView, found: TrainingInfo) -> list[str]:
    """Errors with and without networks, a table for each set; that of the first one is open."""
    parts = []
    for name in view.evaluations:
        if name in found.before and found.curve.best:
            title = escape(f"{name.capitalize()}: {found.called} and neural")
            table = _table(view, found, name).html()
            fold = f"<details><summary>{title}</summary>{table}</details>"
            parts.append(f"<h3>{title}</h3>{table}" if name == view.first else fold)
    return parts


def _table(view: FitView, found: TrainingInfo, name: str) -> Table:
    """Mean absolute errors of each group."""
    quantities = view.labelled(name)
    groups = [EVERYTHING, *sorted({*view.measures[name]} - {EVERYTHING}, key=natural)]
    members = view.evaluations[name].by_group()
    rows = []
    for group in groups:
        alone = group == EVERYTHING
        n = len(view.evaluations[name]) if alone else int(members[group].sum())
        row = [Cell("All" if alone else group, group, is_text=True), count(n)]
        for q in quantities:
            errors = (m[group][q.key][HEADLINE] for m in (found.before[name], view.measures[name]))
            row += _cells(q, *errors)
        rows.append(row)
    label = MEASURES[HEADLINE].label
    heads, over = headings(["Group"], ["Configs"]), [("", 2)]
    for q in quantities:
        heads += headings([], [found.called.capitalize(), "Neural", "Change"])
        over.append((f"{q.name} {label} ({q.error_unit})", 3))
    return Table(heads, rows, over, "All", "groups")


def _cells(quantity: Quantity, before: Number, after: Number) -> list[Cell]:
    """Both errors, and the change in per cent."""
    factor = MEASURES[HEADLINE].factor(quantity.key)
    change = Cell(significant(None))
    if before and after is not None:
        value = 100 * (after / before - 1)
        change = Cell(f"{value:+.0f} %".replace("-", "\N{MINUS SIGN}"), f"{value:.6g}")
    return [*(number(value, factor, least=LEAST) for value in (before, after)), change]
