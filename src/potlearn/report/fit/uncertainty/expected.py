"""Panel: whether expected errors cover the errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape

from potlearn.metrics import EVERYTHING, QUANTITIES, Coverage, Quantity, coverage
from potlearn.report.fit.cards import LEAST
from potlearn.report.fit.uncertainty.calibration import calibration
from potlearn.report.fit.uncertainty.sets import all_in_fit, remark, with_spreads
from potlearn.report.fit.view import FitView
from potlearn.report.page.numbers import natural
from potlearn.report.page.panel import Panel
from potlearn.report.page.plots import place
from potlearn.report.page.tables import Cell, Table, count, headings, number, text

Rows = Mapping[str, Mapping[str, Coverage]]
"""Coverage by group and quantity."""

FEW = 20
"""Fewer configurations say little of coverage."""
WIDE = 0.2
"""An interval of a share that is wider than this leaves much open."""
MOST_NAMED = 10
"""Groups named in a sentence."""
_ALL = "All"
_NOTE = (
    "A standard deviation is meant to be exceeded by 32 % of the errors, and the interval of 95 % "
    "by 5 %. Shares have a 95 % interval that counts configurations, since errors within one "
    "configuration are not independent: few configurations give wide intervals."
)
_ABOUT_TABLE = (
    "In 68 %, in 95 %: share of the errors within these intervals, with its own 95 % interval. "
    "Mean std: mean standard deviation. One width: the half width that would cover as many errors "
    "as one standard deviation does if it were the same for all; where it is larger than the mean, "
    "standard deviations gain by telling large errors from small ones. Rank: rank correlation of "
    "standard deviations and absolute errors. Zero by symmetry: components that vanish by "
    "symmetry, which are left out."
)


def expected(view: FitView) -> Panel | None:
    """Calibration curves, what they say in words, and coverage by group."""
    every = {name: coverage(e) for name, e in with_spreads(view).items()}
    found = {name: rows for name, rows in every.items() if rows}
    if not found:
        return None
    figures = {f"calibration-{k}": calibration(view, name) for k, name in enumerate(found)}
    plots = "".join(
        place("figure", f"Calibration, {name}", _caption(view, name, found[name]), key)
        for key, name in zip(figures, found, strict=True)
    )
    parts = [*(_reading(view, name, rows) for name, rows in found.items())]
    parts.append(f'<div class="plots two">{plots}</div>')
    parts.append(f'<h3>Coverage by group</h3><p class="note">{_ABOUT_TABLE}</p>')
    parts += [_tables(view, name, rows) for name, rows in found.items()]
    return Panel("Expected errors", "\n".join(parts), _NOTE, figures=figures)


def _caption(view: FitView, name: str, rows: Rows) -> str:
    most = max(row.configurations for row in rows[EVERYTHING].values())
    words = f"band: 95 % range of right intervals, {most} configuration{'s' * (most != 1)}"
    return "; ".join(filter(None, [words, remark(view, name)]))


# In words -----------------------------------------------------------------------------------------


def _reading(view: FitView, name: str, rows: Rows) -> str:
    """What the shares of a set say."""
    said = remark(view, name)
    if all_in_fit(view, name):
        return f"<p><b>{escape(name.capitalize())}</b>: all configurations {escape(said)}.</p>"
    items = "".join(
        f"<li>{_sentence(name, QUANTITIES[quantity], row)}</li>"
        for quantity, row in rows[EVERYTHING].items()
    )
    caution = f"<p>{escape(said)}.</p>" if said else ""
    return f"<ul>{items}</ul>{_narrow(rows)}{caution}"


def _narrow(rows: Rows) -> str:
    """Groups whose shares are too small for chance; empty without such."""
    found = {
        group: [quantity for quantity, row in quantities.items() if _too_few(row)]
        for group, quantities in rows.items()
        if group != EVERYTHING
    }
    words = [f"{escape(g)} ({', '.join(q)})" for g, q in found.items() if q]
    if not words:
        return ""
    more = f" and {len(words) - MOST_NAMED} more" if len(words) > MOST_NAMED else ""
    return (
        f"<p><b>Too few in these groups</b>: {', '.join(words[:MOST_NAMED])}{more}. Among many "
        "groups a few may be so by chance.</p>"
    )


def _too_few(row: Coverage) -> bool:
    return any(c.high < c.level for c in row.at)


def _sentence(name: str, quantity: Quantity, row: Coverage) -> str:
    """Share within one standard deviation, and whether it is as it should be."""
    one, two = row.at
    share, low, high = (f"{100 * x:.0f}" for x in (one.share, one.low, one.high))
    return (
        f"{share} % of the {quantity.noun} errors of the {escape(name)} set lie within one "
        f"standard deviation (68 % are meant; {low} to {high} %), and {100 * two.share:.0f} % "
        f"within the interval of 95 %: {_verdict(row)}."
    )


def _verdict(row: Coverage) -> str:
    """Whether the shares that are meant are possible with these configurations."""
    if _too_few(row):
        return "<b>too few, the standard deviations are too small</b>"
    if any(c.low > c.level for c in row.at):
        return "more than meant, the standard deviations are too large"
    k, one = row.configurations, row.at[0]
    if k < FEW:
        what = "configuration says" if k == 1 else "configurations say"
        return f"no contradiction, but {k} {what} little"
    if one.high - one.low > WIDE:
        return f"agrees with both, as far as {k} configurations can tell"
    return "agrees with both"


# Tables -------------------------------------------------------------------------------------------


def _tables(view: FitView, name: str, rows: Rows) -> str:
    """Coverage by group of a set; folded where the set says nothing of new configurations."""
    table = _table(rows).html()
    title = escape(name.capitalize())
    if all_in_fit(view, name):
        return f"<details><summary>{title} (were in the fit)</summary>{table}</details>"
    return f"<h3>{title}</h3>{table}"


def _table(rows: Rows) -> Table:
    names = [EVERYTHING, *sorted(rows.keys() - {EVERYTHING}, key=natural)]
    zero = any(row.zero for found in rows.values() for row in found.values())
    heads = headings(
        ["Group", "Quantity"],
        ["Configs", "Errors", "In 68 % (%)", "In 95 % (%)", "Mean std", "One width", "Rank"]
        + ["Zero by symmetry"] * zero,
    )
    cells = [
        _row(name, QUANTITIES[quantity], row)[: len(heads)]
        for name in names
        for quantity, row in rows[name].items()
    ]
    return Table(heads, cells, top=_ALL, kind="groups")


def _row(name: str, quantity: Quantity, row: Coverage) -> list[Cell]:
    first = Cell(_ALL if name == EVERYTHING else name, name, is_text=True)
    return [
        *(first, text(quantity.key), count(row.configurations), count(row.n)),
        *_shares(row),
        *(_sized(value, quantity) for value in (row.width, row.constant)),
        number(row.rank, decimals=2),
        count(row.zero),
    ]


def _shares(row: Coverage) -> Iterator[Cell]:
    """In percent, with their intervals."""
    for c in row.at:
        bounds = f"{100 * c.low:.0f} to {100 * c.high:.0f}"
        yield number(100 * c.share, note=bounds, decimals=0)


def _sized(value: float, quantity: Quantity) -> Cell:
    cell = number(value, quantity.factor, least=LEAST)
    return Cell(f"{cell.shown} {quantity.error_unit}", cell.key)
