"""A matrix in a ``.npy`` file that is filled chunk by chunk, and goes on after an interruption.

Beside it stands ``NAME.npy.journal``: a line that says what the matrix is made of, and one line per
finished chunk, written after its rows have reached the disk.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from potlearn.errors import DataError
from potlearn.typing import Array


class MappedRows:
    """Rows on disk.

    Parameters
    ----------
    path : path
        The ``.npy`` file.
    shape : (int, int)
        Rows and columns.
    content : mapping of str to str
        What the rows are made of; a file of other content is refused.

    Raises
    ------
    DataError
        The file holds other rows.
    """

    def __init__(self, path: str | Path, shape: tuple[int, int], content: Mapping[str, str]):
        self.path = Path(path)
        self.journal = self.path.with_name(f"{self.path.name}.journal")
        head = {"content": dict(content), "shape": list(shape)}
        self.finished = self._finished(head)
        mode: Any = "r+" if self.finished else "w+"
        self.rows: Array = np.lib.format.open_memmap(self.path, mode, np.float64, shape)
        if not self.finished:
            self.journal.write_text(json.dumps(head) + "\n")

    def write(self, chunk: int, start: int, rows: Array) -> None:
        """Write the rows of a chunk, and enter it in the journal when they are on the disk."""
        self.rows[start : start + len(rows)] = rows
        self.rows.flush()  # type: ignore[attr-defined]
        with self.journal.open("a") as file:
            file.write(f"\n{json.dumps({'chunk': chunk})}\n")  # a torn line before it ends here
            file.flush()
            os.fsync(file.fileno())
        self.finished.add(chunk)

    def result(self) -> Array:
        """The matrix, memory-mapped, read-only."""
        return np.asanyarray(np.load(self.path, mmap_mode="r", allow_pickle=False))

    def _finished(self, head: Mapping[str, Any]) -> set[int]:
        if not self.journal.exists() or not self.path.exists():
            if self.path.exists():
                raise DataError(f"{self.path}: exists, and is not an unfinished matrix of features")
            return set()
        lines = [_parsed(line) for line in self.journal.read_text().split("\n")]
        if lines[0] != head:
            raise DataError(
                f"{self.path}: holds features of other data or settings; remove it and "
                f"{self.journal.name}, or name another file"
            )
        return {line["chunk"] for line in lines[1:] if line}


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None
