"""A matrix in a ``.npy`` file that is filled chunk by chunk, and continued after an interruption.

Beside it is ``NAME.npy.journal``, with a line for every chunk whose rows have reached the disk.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from potlearn.errors import DataError
from potlearn.runtime import Journal
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
        mode: Any = "r+" if self.finished else "w+"
        self.rows: Array = np.lib.format.open_memmap(self.path, mode, np.float64, shape)

    def mark(self, chunk: int) -> None:
        """Enter a chunk in the journal when its rows are on the disk."""
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
