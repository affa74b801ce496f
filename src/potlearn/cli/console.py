"""Output on a terminal: tables on stdout, a progress bar on stderr."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import NoneType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from potlearn.metrics import Measured

Progress = Callable[[int, int], None]


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


def _scaled(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


@contextmanager
def progress_bar(description: str) -> Iterator[Progress]:
    """Bar on stderr, only on a terminal; gives a function of (done, total)."""
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (*Progress.get_default_columns(), MofNCompleteColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    with bar:
        task = bar.add_task(description, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _text(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
