"""Results of a comparison on disk, one line for each finished cell: a stopped one is continued."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from potlearn.errors import DataError
from potlearn.runtime import Journal
from potlearn.typing import Settings

Record = Settings


class Cell(NamedTuple):
    """One fit of a comparison."""

    method: str
    size: int
    seed: int


class Results:
    """Finished cells.

    Parameters
    ----------
    path : path
        The file, JSON lines.
    content : mapping
        What is compared; a file of something else is refused.

    Raises
    ------
    DataError
        The file holds the results of another comparison.
    """

    def __init__(self, path: str | Path, content: Mapping[str, Any]) -> None:
        self.path = Path(path)
        self._journal = Journal.open(path, content, "comparison", DataError)
        entries = self._journal.checked(DataError, method=str, size=int, seed=int)
        self.records: dict[Cell, Record] = {_cell(record): record for record in entries}

    def add(self, records: Iterable[Record]) -> None:
        """Enter finished cells, and wait until they are on the disk."""
        made = list(records)
        self._journal.add(*made)
        self.records.update((_cell(record), record) for record in made)


def _cell(record: Record) -> Cell:
    return Cell(record["method"], record["size"], record["seed"])
