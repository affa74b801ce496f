"""The row store: rows of a dataset in a folder, from which any number of fits read them.

It answers what factors cannot: absolute errors, subsets of configurations, bootstrap, robust
losses, leverages.  A folder holds

``counts.npy``     number of energy, force and stress rows of every configuration,
``rows.f64``       the rows, float64: design columns, label, reference, atom (-1: all),
``journal.jsonl``  what the rows are made of; a line per finished chunk, with a checksum.

A chunk counts only when its journal line is complete, which is written after its rows have reached
the disk; any other chunk is made again.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from potlearn.errors import FitError
from potlearn.fit.rows.file import RowFile, chunks_of, row_counts
from potlearn.fit.rows.make import RowMaker
from potlearn.fit.rows.names import column_names
from potlearn.fit.weights import QUANTITIES
from potlearn.runtime import SERIAL, Journal, Runtime, content_key, run_chunks, writing
from potlearn.runtime.chunks import Span
from potlearn.typing import Indices

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.descriptors import Descriptor
    from potlearn.potentials import Potential


class RowStore(RowFile):
    """Rows on disk.

    Parameters
    ----------
    folder : path
        Folder of the store; made if absent.
    n_columns : int
        Number of design columns C.
    counts : (n, 3) int
        Rows per configuration and quantity.
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
        counts: Indices,
        chunks: Sequence[Span],
        content: Mapping[str, str],
    ) -> None:
        self.folder, self.chunks, self.content = Path(folder), tuple(chunks), dict(content)
        super().__init__(self.folder / "rows.f64", n_columns, counts)
        if not (self.folder / "journal.jsonl").exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            self.create()
            with writing(self.folder / "counts.npy"):
                np.save(self.folder / "counts.npy", counts)
        shape = {"columns": n_columns, "chunks": self.chunks, "counts": content_key(counts)}
        self.journal = Journal.open(
            self.folder / "journal.jsonl", {**content, **shape}, "fit", FitError
        )
        if not self.path.exists() or self.path.stat().st_size != self.size:
            raise FitError(f"{self.path}: expected {self.size} bytes")

    @classmethod
    def open(cls, folder: str | Path) -> RowStore:
        """The store in ``folder``; FitError if there is no store."""
        content = Journal.read(Path(folder) / "journal.jsonl", FitError).content
        try:
            columns, chunks = content.pop("columns"), content.pop("chunks")
            del content["counts"]
            counts = np.load(Path(folder) / "counts.npy", allow_pickle=False)
        except (OSError, ValueError, KeyError) as error:
            raise FitError(f"{folder}: not a row store ({error})") from error
        return cls(folder, columns, counts, [(a, b) for a, b in chunks], content)

    @property
    def finished(self) -> set[int]:
        """Chunks whose rows are complete."""
        return set(self._checksums())

    @property
    def present(self) -> set[int]:
        """Configurations whose rows are complete."""
        return {i for chunk in self.finished for i in range(*self.chunks[chunk])}

    def mark(self, chunk: int) -> None:
        """Wait until a chunk's rows are on the disk, then enter it in the journal."""
        with self.path.open("r+b") as file:
            os.fsync(file.fileno())
        self.journal.add({"chunk": chunk, "crc": self._checksum(chunk)})

    def verify(self) -> list[int]:
        """Finished chunks whose rows no longer match their checksum."""
        return sorted(k for k, crc in self._checksums().items() if crc != self._checksum(k))

    def _checksum(self, chunk: int) -> int:
        return zlib.crc32(self.read(*self.chunks[chunk]).data)

    def _checksums(self) -> dict[int, int]:
        n, entries = len(self.chunks), self.journal.checked(FitError, chunk=int, crc=int)
        return {e["chunk"]: e["crc"] for e in entries if 0 <= e["chunk"] < n}


def store_rows(
    dataset: Dataset,
    descriptor: Descriptor,
    folder: str | Path,
    *,
    reference: Potential | None = None,
    quantities: Sequence[str] = QUANTITIES,
    runtime: Runtime = SERIAL,
) -> RowStore:
    """Make the rows of every configuration; those that ``folder`` holds already are not made again.

    Parameters
    ----------
    dataset, descriptor, reference :
        As for :func:`~potlearn.fit.fit_linear`.
    folder : path
        Folder of the store.
    quantities : sequence of str
        Which of energy, forces and stress are wanted.
    runtime : Runtime
        Workers and progress.

    Raises
    ------
    FitError
        NaN in a row, or a folder that holds the rows of something else.
    SpeciesError
        The dataset holds an element that the descriptor does not know.
    """
    dataset.check_species(descriptor.species)
    maker = RowMaker(dataset, descriptor, reference, tuple(quantities))
    n_columns, counts = len(column_names(descriptor)), row_counts(dataset, quantities)
    chunks = chunks_of(dataset, n_columns)
    store = RowStore(folder, n_columns, counts, chunks, maker.content())
    with runtime.reporting("design rows") as report:
        if report and len(store.finished) == len(chunks):
            report(len(dataset), len(dataset))
        run_chunks(
            _Rows(maker, store),
            lambda chunk: chunk,
            chunks,
            lambda chunk, _: store.mark(chunk),
            executor=runtime.executor,
            finished=store.finished,
            report=report,
        )
    return store


@dataclass(frozen=True)
class _Rows:
    """Work on a chunk: its rows are written to the store."""

    maker: RowMaker
    store: RowStore

    def __call__(self, chunk: int) -> int:
        for index in range(*self.store.chunks[chunk]):
            self.store.write(index, self.maker.blocks(index))
        return chunk
