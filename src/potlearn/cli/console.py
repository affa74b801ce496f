"""Tables on a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import NoneType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from potlearn.metrics import Covered, Evaluation, Measured


def show_table(columns: Sequence[str], rows: Sequence[Sequence[object]], title: str = "") -> None:
    """Print a table; columns of numbers are aligned to the right."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD)
    for index, column in enumerate(columns):
        number = all(isinstance(row[index], (int, float, NoneType)) for row in rows)
        table.add_column(column, justify="right" if number else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(_text, row))
    Console(highlight=False).print(table)


def show_metrics(metrics: Mapping[str, Measured]) -> None:
    """Print the errors of every set and group: the measures that all quantities have."""
    from potlearn.metrics import MEASURES, QUANTITIES

    measures = {name: m for name, m in MEASURES.items() if m.column and m.is_general}
    rows = []
    for name, groups in metrics.items():
        for group, quantities in groups.items():
            for quantity, values in quantities.items():
                shown = (_scaled(values[key], m.factor(quantity)) for key, m in measures.items())
                if values["n"]:
                    unit = QUANTITIES[quantity].error_unit
                    rows.append((name, group, quantity, unit, *shown, values["n"]))
    labels = (measure.label for measure in measures.values())
    show_table(("set", "group", "quantity", "unit", *labels, "n"), rows)


def show_change(
    before: Mapping[str, Measured], after: Mapping[str, Measured], names: tuple[str, str]
) -> None:
    """Print mean absolute errors before and after a change, over all groups of every set."""
    from potlearn.metrics import EVERYTHING, QUANTITIES

    rows = []
    for name in before:
        for key, q in QUANTITIES.items():
            errors = [measured[name][EVERYTHING][key] for measured in (before, after)]
            if not errors[0]["n"]:
                continue
            old, new = (error["mae"] or 0.0 for error in errors)
            change = f"{100 * (new / old - 1):+.0f} %" if old else "–"
            rows.append((name, key, q.error_unit, q.factor * old, q.factor * new, change))
    labels = (f"{name}, MAE" for name in names)
    show_table(("set", "quantity", "unit", *labels, "change"), rows)


def show_coverage(evaluations: Mapping[str, Evaluation], *, groups: bool = True) -> None:
    """Print how well expected errors cover the errors; nothing without an uncertainty.

    Of every group, or of all configurations together alone.
    """
    from potlearn.metrics import EVERYTHING, QUANTITIES, coverage

    for name, evaluation in evaluations.items():
        rows = []
        for group, quantities in coverage(evaluation).items():
            if not groups and group != EVERYTHING:
                continue
            for key, found in quantities.items():
                q, shares = QUANTITIES[key], [_share(covered) for covered in found.at]
                width = f"{q.factor * found.width:.3g} {q.error_unit}"
                rows.append((group, key, *shares, width, found.rank, found.configurations))
        if rows:
            columns = ("group", "quantity", "in 68 %", "in 95 %", "mean std", "rank", "n")
            show_table(columns, rows, f"Expected errors of {name}: share of errors within, %")


def _share(covered: Covered) -> str:
    """Per cent, with the binomial interval."""
    low, high = 100 * covered.low, 100 * covered.high
    return f"{100 * covered.share:.0f} ({low:.0f}-{high:.0f})"


def _scaled(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


def _text(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
