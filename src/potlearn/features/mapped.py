"""A matrix in a ``.npy`` file that is filled chunk by chunk, and continued after an interruption.

Beside it is ``NAME.npy.journal``, with a line for every chunk whose rows have reached the disk.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from potlearn.errors import DataError, OutputError
from potlearn.runtime import Journal, reserve, writing
from potlearn.typing import Array


def new_matrix(path: str | Path, shape: tuple[int, int]) -> Array:
    """A matrix (n, F) of zeros in a new ``.npy`` file, memory-mapped, to write to.

    Raises
    ------
    OutputError
        The disk has not enough space.
    """
    path = Path(path)
    try:
        with writing(path):
            rows = np.lib.format.open_memmap(path, "w+", np.float64, shape)
        reserve(path, path.stat().st_size)
    except OutputError:
        path.unlink(missing_ok=True)
        raise
    return rows


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

    Attributes
    ----------
    rows : (n, F)
        The matrix, memory-mapped, to write to.
    finished : set of int
        Chunks that are on the disk.

    Raises
    ------
    DataError
        The file holds other rows.
    """

    def __init__(self, path: str | Path, shape: tuple[int, int], content: Mapping[str, str]):
        self.path = Path(path)
        self._journal = self._opened({**content, "shape": shape})
        self.finished = {entry["chunk"] for entry in self._journal.checked(DataError, chunk=int)}
        if self.finished:
            self.rows: Array = np.lib.format.open_memmap(self.path, "r+", np.float64, shape)
        else:
            self.rows = new_matrix(self.path, shape)

    def mark(self, chunk: int) -> None:
        """Enter a chunk in the journal when its rows are on the disk."""
        with writing(self.path):
            self.rows.flush()  # type: ignore[attr-defined]
        self._journal.add({"chunk": chunk})
        self.finished.add(chunk)

    def result(self) -> Array:
        """The matrix, memory-mapped, read-only."""
        return np.asanyarray(np.load(self.path, mmap_mode="r", allow_pickle=False))

    def _opened(self, content: Mapping[str, Any]) -> Journal:
        path = self.path.with_name(f"{self.path.name}.journal")
        if not self.path.exists():
            path.unlink(missing_ok=True)
        elif not path.exists():
            raise DataError(f"{self.path}: exists, and is not an unfinished matrix of features")
        place = f"{self.path}: this matrix"
        return Journal.open(path, content, "dataset or descriptor", DataError, place)
