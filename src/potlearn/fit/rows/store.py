"""The row store: a fit's rows on disk, memory-mapped, by configuration.

It answers what factors cannot: absolute errors, subsets of configurations, bootstrap, robust
losses, leverages.  A folder holds

``content.json``   what the rows are made of, their shape, and the chunks,
``counts.npy``     number of energy, force and stress rows of every configuration,
``rows.f64``       the rows, float64: design columns, label, reference, atom (-1: all),
``journal.jsonl``  one line per finished chunk, with a checksum of its rows.

A chunk counts only when its journal line is complete, which is written after its rows have reached
the disk; any other chunk is made again.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from potlearn.errors import FitError
from potlearn.fit.rows.make import Block
from potlearn.fit.weights import QUANTITIES
from potlearn.linalg.triangular import Matrix

if TYPE_CHECKING:
    from potlearn.data import Dataset

_EXTRA = 3


def row_counts(dataset: Dataset, quantities: Sequence[str] = QUANTITIES) -> NDArray[np.int64]:
    """Rows of energy, forces and stress of each configuration, (n, 3), from the labels it has."""
    table = dataset.catalog
    forces = np.where(table.n_atoms > 1, 3 * table.n_forces, 0)
    counts = np.column_stack([np.isfinite(table.energy), forces, 6 * table.stressed])
    wanted = np.array([quantity in quantities for quantity in QUANTITIES])
    return np.where(wanted, counts, 0).astype(np.int64)


class RowStore:
    """Rows on disk.

    Parameters
    ----------
    folder : path
        Folder of the store; made if absent.
    n_columns : int
        Number of design columns C.
    counts : (n, 3) int
        Rows per configuration and quantity, see :func:`row_counts`.
    chunks : sequence of (start, stop)
        Configurations that are finished together.
    content : mapping of str to str
        What the rows are made of; a folder of other content is refused.

    Raises
    ------
    FitError
        The folder holds other rows, or its files are damaged.
    """

    def __init__(
        self,
        folder: str | Path,
        n_columns: int,
        counts: NDArray[np.int64],
        chunks: Sequence[tuple[int, int]],
        content: Mapping[str, str],
    ) -> None:
        self.folder = Path(folder)
        self.counts, self.chunks, self.content = counts, tuple(chunks), dict(content)
        self.first = np.concatenate([[0], np.cumsum(counts.sum(axis=1))])
        self.shape = (int(self.first[-1]), n_columns + _EXTRA)
        self._open(self.content)
        self.finished = self._read_journal()
        self._map: NDArray[np.float64] | None = None

    @classmethod
    def open(cls, folder: str | Path) -> RowStore:
        """The store that a fit left in ``folder``; FitError where there is none."""
        try:
            document = json.loads((Path(folder) / "content.json").read_text())
            counts = np.load(Path(folder) / "counts.npy", allow_pickle=False)
            columns, chunks = document["shape"][1] - _EXTRA, document["chunks"]
            content = document["content"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise FitError(f"{folder}: not a row store ({error})") from error
        return cls(folder, columns, counts, [(a, b) for a, b in chunks], content)

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_map": None}

    @property
    def rows(self) -> NDArray[np.float64]:
        """All rows, memory-mapped, (total, C + 3)."""
        if self._map is None:
            path = self.folder / "rows.f64"
            self._map = (
                np.memmap(path, np.float64, "r+", shape=self.shape)
                if self.shape[0]
                else np.zeros(self.shape)
            )
        return self._map

    def write(self, index: int, blocks: Mapping[str, Block]) -> None:
        """Write the rows of one configuration."""
        for quantity, span in self._spans(index).items():
            if quantity in blocks:
                block, out = blocks[quantity], self.rows[span]
                out[:, :-_EXTRA] = block.rows
                out[:, -_EXTRA:] = np.column_stack([block.labels, block.reference, block.atoms])

    def mark(self, chunk: int) -> None:
        """Flush a chunk's rows to the disk, then enter it in the journal."""
        if isinstance(self.rows, np.memmap):
            self.rows.flush()
        line = json.dumps({"chunk": chunk, "crc": self._checksum(chunk)})
        with (self.folder / "journal.jsonl").open("a") as file:
            file.write(f"\n{line}\n")  # a torn line before it ends here
            file.flush()
            os.fsync(file.fileno())
        self.finished.add(chunk)

    def blocks(self, index: int) -> dict[str, Block]:
        """Rows of one configuration by quantity; arrays are views of the file."""
        blocks = {}
        for quantity, span in self._spans(index).items():
            rows = self.rows[span]
            label, reference, atoms = np.asarray(rows[:, -_EXTRA:]).T
            design = np.asarray(rows[:, :-_EXTRA])
            blocks[quantity] = Block(design, label, reference, atoms.astype(np.int64))
        return blocks

    def subset(
        self, indices: Iterable[int], quantity: str
    ) -> tuple[Matrix, NDArray[np.float64], NDArray[np.float64]]:
        """Rows (m, C), labels and reference of one quantity of the chosen configurations."""
        spans = [self._spans(int(i)).get(quantity) for i in indices]
        parts = [np.asarray(self.rows[span]) for span in spans if span is not None]
        rows = np.concatenate(parts) if parts else np.zeros((0, self.shape[1]))
        return rows[:, :-_EXTRA], rows[:, -_EXTRA], rows[:, -_EXTRA + 1]

    def verify(self) -> list[int]:
        """Finished chunks whose rows no longer match their checksum."""
        lines = self._journal_lines()
        return sorted(k for k, crc in lines.items() if crc != self._checksum(k))

    def _spans(self, index: int) -> dict[str, slice]:
        start, spans = int(self.first[index]), {}
        for quantity, n in zip(QUANTITIES, self.counts[index].tolist(), strict=True):
            if n:
                spans[quantity] = slice(start, start + n)
            start += n
        return spans

    def _checksum(self, chunk: int) -> int:
        start, stop = self.chunks[chunk]
        span = slice(int(self.first[start]), int(self.first[stop]))
        return zlib.crc32(np.ascontiguousarray(self.rows[span]).data)

    def _open(self, content: dict[str, str]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        path, size = self.folder / "content.json", 8 * self.shape[0] * self.shape[1]
        chunks = [list(chunk) for chunk in self.chunks]
        document = {"content": content, "shape": list(self.shape), "chunks": chunks}
        if not path.exists():
            with (self.folder / "rows.f64").open("wb") as file:
                file.truncate(size)
            (self.folder / "journal.jsonl").write_text("")
            np.save(self.folder / "counts.npy", self.counts)
            path.write_text(json.dumps(document))
            return
        try:
            found = json.loads(path.read_text())
        except ValueError as error:
            raise FitError(f"{path}: not the content of a row store ({error})") from error
        if found != document:
            raise FitError(f"{self.folder}: this row store holds the rows of another fit")
        if (self.folder / "rows.f64").stat().st_size != size:
            raise FitError(f"{self.folder}/rows.f64: expected {size} bytes")

    def _read_journal(self) -> set[int]:
        return set(self._journal_lines())

    def _journal_lines(self) -> dict[int, int]:
        lines: dict[int, int] = {}
        for line in (self.folder / "journal.jsonl").read_text().split("\n")[:-1]:
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            if 0 <= entry["chunk"] < len(self.chunks):
                lines[entry["chunk"]] = entry["crc"]
        return lines
