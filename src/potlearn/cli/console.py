"""What the command line shows on a terminal: tables on stdout, a progress bar on stderr."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

Progress = Callable[[int, int], None]

_UNITS = {
    "energy": ("meV/atom", 1e3),
    "forces": ("meV/Å", 1e3),
    "stress": ("meV/Å³", 1e3),
}
_RIGHT = ("mae", "rmse", "max")


def show_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], title: str = "") -> None:
    """Print a table; columns of numbers stand to the right."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD)
    for index, column in enumerate(columns):
        number = all(isinstance(row[index], (int, float)) for row in rows)
        table.add_column(column, justify="right" if number else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(_text, row))
    Console(highlight=False).print(table)


def show_metrics(metrics: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> None:
    """Print errors of every set and group, in meV."""
    rows = []
    for name, groups in metrics.items():
        for group, quantities in groups.items():
            for quantity, values in quantities.items():
                unit, factor = _UNITS[quantity]
                numbers = [values[key] * factor for key in _RIGHT if values[key] is not None]
                if values["n"]:
                    rows.append((name, group, quantity, unit, *numbers, values["n"]))
    columns = ("set", "group", "quantity", "unit", "MAE", "RMSE", "max", "n")
    show_table(columns, rows)


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


def _text(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
