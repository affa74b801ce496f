"""Reduction of a dataset's rows to a ledger: chunk by chunk, in one process or several.

Chunks are fixed by the data and merged in their order, and BLAS runs on one thread, so that the
ledger has the same bits whatever the number of workers, and whether or not it was interrupted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from time import monotonic

from potlearn.fit.ledger.file import LedgerCheckpoint
from potlearn.fit.ledger.ledger import Ledger
from potlearn.fit.rows.layout import Layout
from potlearn.fit.rows.make import Block, RowMaker
from potlearn.fit.rows.store import RowStore
from potlearn.linalg.blas import one_blas_thread
from potlearn.runtime import Executor

Report = Callable[[int, int], None]

SAVE_EVERY = 0.25
"""Least seconds between two checkpoints: a kill loses that, or a chunk if it takes longer."""


@dataclass(frozen=True)
class ChunkWork:
    """All that is needed to reduce a chunk; it travels to the worker processes once."""

    maker: RowMaker
    layout: Layout
    store: RowStore | None = None

    def ledger(self, chunk: int) -> Ledger:
        """Ledger of one chunk's rows; they are written to the row store if there is one."""
        ledger = Ledger(self.layout.columns)
        for index, blocks in self._rows(chunk):
            scale = float(self.layout.scales[index])
            for quantity, whole in blocks.items() if scale > 0 else ():
                block = self.layout.kept(index, quantity, whole)
                rows, labels, reference = block.rows, block.labels, block.reference
                if scale != 1.0:
                    rows, labels, reference = rows * scale, labels * scale, reference * scale
                ledger.add(self.layout.key(index, quantity), rows, labels, reference)
        return ledger.compact()

    def _rows(self, chunk: int) -> Iterator[tuple[int, dict[str, Block]]]:
        indices = range(*self.layout.chunks[chunk])
        if self.store is None:
            yield from self.maker(indices)
        elif chunk in self.store.finished:
            yield from ((i, self.store.blocks(i)) for i in indices)
        else:
            for index in indices:
                blocks = self.maker.blocks(index)
                self.store.write(index, blocks)
                yield index, blocks


def reduce_dataset(
    work: ChunkWork,
    executor: Executor,
    *,
    checkpoint: LedgerCheckpoint | None = None,
    report: Report | None = None,
) -> Ledger:
    """Ledger of all chunks; a checkpoint is replaced as they finish, and continued if present.

    It is replaced after chunks, at most every :data:`SAVE_EVERY` seconds, and at the end, be that
    an error or an interrupt.

    Raises
    ------
    FitError
        The checkpoint is of another fit.
    """
    n_chunks, n_total = len(work.layout.chunks), len(work.maker.dataset)
    ledger, n_done = (checkpoint.load() if checkpoint else None) or (Ledger(work.layout.columns), 0)
    finished = work.store.finished if work.store else set(range(n_done))
    todo = [k for k in range(n_chunks) if k >= n_done or k not in finished]
    saving = _Saving(checkpoint, ledger, n_done)
    with one_blas_thread(), closing(saving), closing(executor.map(work.ledger, todo)) as parts:
        for chunk, part in zip(todo, parts, strict=True):
            if work.store:
                work.store.mark(chunk)
            if chunk >= n_done:
                ledger.merge(part)
                saving.done(chunk + 1)
            if report:
                report(work.layout.chunks[chunk][1], n_total)
    return ledger


class _Saving:
    """Keeps a checkpoint of a growing ledger."""

    def __init__(self, checkpoint: LedgerCheckpoint | None, ledger: Ledger, n_done: int) -> None:
        self.checkpoint, self.ledger = checkpoint, ledger
        self.n_done = self.n_saved = n_done
        self.last = monotonic()

    def done(self, n_chunks: int) -> None:
        """The ledger holds that many chunks."""
        self.n_done = n_chunks
        if monotonic() - self.last >= SAVE_EVERY:
            self.close()

    def close(self) -> None:
        """Save what is not saved."""
        if self.checkpoint and self.n_done > self.n_saved:
            self.checkpoint.save(self.ledger, self.n_done)
        self.n_saved, self.last = self.n_done, monotonic()
