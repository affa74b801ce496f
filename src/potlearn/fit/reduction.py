"""Reduction of a dataset's rows to a ledger: chunk by chunk, in one process or several.

Chunks are fixed by the data and merged in their order, and BLAS runs on one thread, so that the
ledger has the same bits whatever the number of workers, and whether or not it was interrupted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

from potlearn.errors import FitError
from potlearn.fit.lapack import lapack
from potlearn.fit.layout import Layout
from potlearn.fit.ledger import Ledger
from potlearn.fit.ledger_file import Checkpoint
from potlearn.fit.rows import Block, RowMaker
from potlearn.fit.rowstore import RowStore

Report = Callable[[int, int], None]


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
    *,
    workers: int = 1,
    checkpoint: Checkpoint | None = None,
    report: Report | None = None,
) -> Ledger:
    """Ledger of all chunks; a checkpoint is replaced after every chunk, and continued if present.

    Raises
    ------
    FitError
        The number of workers is not positive, or the checkpoint is of another fit.
    """
    if workers < 1:
        raise FitError(f"workers is {workers}; expected 1 or more")
    n_chunks, n_total = len(work.layout.chunks), len(work.maker.dataset)
    ledger, n_done = (checkpoint.load() if checkpoint else None) or (Ledger(work.layout.columns), 0)
    finished = work.store.finished if work.store else set(range(n_done))
    todo = [k for k in range(n_chunks) if k >= n_done or k not in finished]
    with one_blas_thread():
        for chunk, part in _parts(work, todo, workers):
            if work.store:
                work.store.mark(chunk)
            if chunk >= n_done:
                ledger.merge(part)
                if checkpoint:
                    checkpoint.save(ledger, chunk + 1)
            if report:
                report(work.layout.chunks[chunk][1], n_total)
    return ledger


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Keep BLAS on one thread: its results then do not depend on the machine's cores."""
    from threadpoolctl import threadpool_limits

    lapack()  # limits reach the libraries that are loaded
    with threadpool_limits(limits=1, user_api="blas"):
        yield


def _parts(work: ChunkWork, chunks: Sequence[int], workers: int) -> Iterator[tuple[int, Ledger]]:
    """Chunks and their ledgers, in order; at most two chunks per worker are in flight."""
    if workers == 1:
        yield from ((chunk, work.ledger(chunk)) for chunk in chunks)
        return
    with ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_start, initargs=(work,)
    ) as pool:
        running: deque[tuple[int, Future[Ledger]]] = deque()
        try:
            for chunk in chunks:
                running.append((chunk, pool.submit(_reduce, chunk)))
                if len(running) >= 2 * workers:
                    first, future = running.popleft()
                    yield first, future.result()
            while running:
                first, future = running.popleft()
                yield first, future.result()
        finally:
            for _, future in running:
                future.cancel()


_WORKER: dict[str, Any] = {}


def _start(work: ChunkWork) -> None:
    limits = one_blas_thread()
    limits.__enter__()
    _WORKER.update(work=work, limits=limits)


def _reduce(chunk: int) -> Ledger:
    part: Ledger = _WORKER["work"].ledger(chunk)
    return part
