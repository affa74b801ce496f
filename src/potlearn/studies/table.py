"""Results of a comparison on disk, one line for each finished cell: what was stopped goes on.

The first line says what is compared.  A torn line, of a process that was killed, does not count.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from potlearn.errors import DataError

Record = dict[str, Any]


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
        head = {"content": json.loads(json.dumps(content))}
        if not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_text(json.dumps(head) + "\n")
        lines = [_parsed(line) for line in self.path.read_text().split("\n")]
        if lines[0] != head:
            raise DataError(
                f"{self.path}: holds the results of another comparison; remove it, or name another "
                "folder"
            )
        self.records: dict[Cell, Record] = {}
        for record in lines[1:]:
            if record:
                self.records[_cell(record)] = record

    def add(self, records: Iterable[Record]) -> None:
        """Enter finished cells, and wait until they are on the disk."""
        made = list(records)
        with self.path.open("a") as file:
            file.writelines(f"\n{json.dumps(record)}\n" for record in made)
            file.flush()
            os.fsync(file.fileno())
        for record in made:
            self.records[_cell(record)] = record


def _cell(record: Record) -> Cell:
    return Cell(record["method"], record["size"], record["seed"])


def _parsed(line: str) -> Record | None:
    try:
        found: Record = json.loads(line)
        return found
    except ValueError:
        return None
