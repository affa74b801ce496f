"""Results of a study on a terminal."""

from __future__ import annotations

import typer

from potlearn.cli.console import show_table
from potlearn.studies import Table
from potlearn.tasks.comparison import CompareOutcome
from potlearn.tasks.search import SearchOutcome


def show_study(outcome: CompareOutcome | SearchOutcome) -> None:
    """Print what a study found."""
    if isinstance(outcome, CompareOutcome):
        _comparison(outcome)
    else:
        _search(outcome)


def _comparison(outcome: CompareOutcome) -> None:
    """The table of errors, and the methods that need half the configurations."""
    table = outcome.table
    for quantity, title in (
        ("energy_mae", "energy, MAE on the test set (meV/atom)"),
        ("forces_mae", "forces, MAE on the test set (meV/Å)"),
    ):
        columns = ("method", *(f"k = {k}" for k in table.sizes))
        rows = [
            (method, *(_cell(table, method, k, quantity) for k in table.sizes))
            for method in table.methods
        ]
        show_table(columns, rows, title)
    halves = table.savings(["energy_mae", "forces_mae"])
    for method, small, large in halves:
        typer.echo(f"{small} by {method} are as good as {large} by {table.baseline}")
    if not halves:
        typer.echo(f"no method is as good as {table.baseline} with half the configurations")
    typer.echo(f"written to {outcome.folder}: {', '.join(outcome.output.files)}")


def _cell(table: Table, method: str, size: int, quantity: str) -> str:
    """``"3.21 ± 0.16"``, or the reason why there is no number."""
    found = table.mean(method, size, quantity)
    if found.mean != found.mean:
        return "k above the rank" if "rank" in table.failure(method, size) else "–"
    half = 1e3 * (found.high - found.mean)
    spread = f" ± {_digits(half, 2)}" if half == half else ""
    return f"{_digits(1e3 * found.mean, 3)}{spread}"


def _digits(value: float, digits: int) -> str:
    """A positive number with some digits, and never with an exponent."""
    return f"{value:.0f}" if value >= 10**digits else f"{value:#.{digits}g}".rstrip(".")


def _search(outcome: SearchOutcome) -> None:
    """The best method and its errors on the test set."""
    typer.echo(outcome.summary)
    for name, errors in outcome.test.items():
        shown = [
            f"{quantity} {1e3 * errors[key].mean:.4g} {unit}"
            for key, quantity, unit in (
                ("energy_mae", "energy", "meV/atom"),
                ("forces_mae", "forces", "meV/Å"),
            )
            if key in errors
        ]
        typer.echo(f"test, MAE, {name}: {', '.join(shown)}")
    typer.echo(f"written to {outcome.folder}: {', '.join(outcome.output.files)}")
