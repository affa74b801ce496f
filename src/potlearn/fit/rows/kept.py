"""Rows that a fit leaves to those who need them after it: kept, or made again when asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import disk_usage
from tempfile import TemporaryDirectory, gettempdir

import numpy as np

from potlearn.errors import FitError
from potlearn.fit.rows.file import EXTRA, RowFile, row_counts
from potlearn.fit.rows.make import Block, RowMaker
from potlearn.fit.rows.store import RowStore

IN_MEMORY = 64 * 2**20
"""Kept rows that take fewer bytes are in memory, else in a file."""


@dataclass(frozen=True)
class RowBudget:
    """How many rows a fit keeps: those of its first configurations, up to a size.

    Parameters
    ----------
    size : int
        Number of bytes.
    folder : path, optional
        Where a file of rows is put until it is no longer needed; by default the system's folder
        for temporary files.
    """

    size: int = 2 * 10**9
    folder: Path | None = None

    @property
    def available(self) -> int:
        """Number of bytes: the size, but beyond :data:`IN_MEMORY` at most half of the free disk."""
        free = disk_usage(gettempdir() if self.folder is None else self.folder).free
        return min(self.size, max(free // 2, IN_MEMORY))


class KeptRows:
    """Rows of every configuration of a fit: in memory, in a file, or made at every call.

    Parameters
    ----------
    maker : RowMaker
    keeps : bool
        Whether a budget was stated.
    n_kept : int
        Number of configurations whose rows are kept when they are made, the first ones.
    """

    def __init__(self, maker: RowMaker, keeps: bool = False, n_kept: int = 0) -> None:
        self.maker, self.keeps, self.n_kept = maker, keeps, n_kept
        self._memory: dict[int, Mapping[str, Block]] = {}
        self._file: RowFile | None = None
        self._written: set[int] = set()
        self._folder: TemporaryDirectory[str] | None = None

    @classmethod
    def of(cls, maker: RowMaker, n_columns: int, rows: RowBudget | RowStore | None) -> KeptRows:
        """Rows within a budget, or of a store that has them already.

        Raises
        ------
        FitError
            The store holds other rows.
        """
        if rows is None:
            return cls(maker)
        if isinstance(rows, RowStore):
            return cls._stored(maker, rows)
        counts = row_counts(maker.dataset, maker.quantities)
        sizes = np.cumsum(8 * (n_columns + EXTRA) * counts.sum(axis=1))
        kept = cls(maker, True, int(np.searchsorted(sizes, rows.available, side="right")))
        if kept.n_kept and sizes[kept.n_kept - 1] > IN_MEMORY:
            kept._folder = TemporaryDirectory(prefix="rows-", dir=rows.folder)
            path = Path(kept._folder.name) / "rows.f64"
            kept._file = RowFile(path, n_columns, counts[: kept.n_kept])
            kept._file.create()
        return kept

    @classmethod
    def _stored(cls, maker: RowMaker, store: RowStore) -> KeptRows:
        wanted = maker.content()
        differ = [name for name in wanted if store.content.get(name) != wanted[name]]
        if differ:
            raise FitError(f"{store.folder}: rows of another fit (other {', '.join(differ)})")
        kept = cls(maker, True)
        kept._file, kept._written = store, store.present
        return kept

    def grown(self, maker: RowMaker, n_kept: int) -> KeptRows:
        """Rows of a dataset that begins with the configurations of this one.

        What is kept in memory stays kept, and new rows join it up to configuration ``n_kept``.
        """
        found = KeptRows(maker, self.keeps or n_kept > 0, n_kept)
        found._memory = self._memory
        return found

    def __len__(self) -> int:
        return len(self.maker.dataset)

    def __getstate__(self) -> dict[str, object]:
        """A copy in another process reads a store, and makes other rows itself."""
        shared = isinstance(self._file, RowStore)
        return {
            "maker": self.maker,
            "keeps": self.keeps,
            "n_kept": 0,
            "_memory": {},
            "_file": self._file if shared else None,
            "_written": self._written if shared else set(),
            "_folder": None,
        }

    def keep(self, index: int, blocks: Mapping[str, Block]) -> None:
        """Keep the rows of a configuration, one of the first ``n_kept``."""
        if self._file is None:
            self._memory[index] = blocks
        else:
            self._file.write(index, blocks)
            self._written.add(index)

    def has(self, index: int) -> bool:
        """Whether the rows of a configuration need not be made."""
        return index in self._memory or index in self._written

    def blocks(self, index: int) -> Mapping[str, Block]:
        """Rows by quantity of a configuration: kept ones, or made, and kept within the budget.

        Raises
        ------
        FitError
            As :meth:`RowMaker.blocks`, where they have to be made.
        """
        if index in self._memory:
            return self._memory[index]
        if self._file is not None and index in self._written:
            return self._file.blocks(index)
        blocks = self.maker.blocks(index)
        if index < self.n_kept:
            self.keep(index, blocks)
        return blocks

    def close(self) -> None:
        """Forget the rows that were kept, and remove their temporary file."""
        self._memory, self._written, self._file, self.n_kept = {}, set(), None, 0
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
