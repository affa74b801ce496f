"""What a database of labels holds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from potlearn.data.formats.database import DONE, FAILED, PLANNED, REASON, STATE
from potlearn.workflows.labels.database import LabelDatabase


@dataclass(frozen=True)
class Summary:
    """Counts of a database.

    Attributes
    ----------
    name : str
        The database, without a password.
    n_done, n_failed, n_planned : int
        Configurations with labels, those that failed, and those that are not calculated yet.
    calculators : dict
        Number of labels by name of the calculator.
    reasons : dict
        Numbers of the rows that failed, by reason.
    """

    name: str
    n_done: int
    n_failed: int
    n_planned: int
    calculators: dict[str, int]
    reasons: dict[str, list[int]]


def summarise(database: str | Path) -> Summary:
    """Count the labels of a database.

    Raises
    ------
    LabellingError
        There is no such database, or the file holds something else.
    """
    store = LabelDatabase.there(database)
    calculators: dict[str, int] = {}
    reasons: dict[str, list[int]] = {}
    for row in store.select({STATE: DONE}, ("id", "calculator")):
        name = row.get("calculator", "unknown")
        calculators[name] = calculators.get(name, 0) + 1
    for row in store.select({STATE: FAILED}, ("id", "data")):
        reasons.setdefault(str(row.data.get(REASON)), []).append(row.id)
    n_planned = sum(1 for _ in store.select({STATE: PLANNED}, ("id",)))
    n_failed = sum(map(len, reasons.values()))
    done = sum(calculators.values())
    return Summary(store.name, done, n_failed, n_planned, calculators, reasons)
