"""The loop of all long work: pieces fixed by the data, worked on by an executor, in order."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from contextlib import closing

from potlearn.linalg.blas import one_blas_thread
from potlearn.runtime.executor import Executor, Item, Result
from potlearn.runtime.progress import Report

Span = tuple[int, int]
"""First item of a chunk, and the first one after it."""


def spans_within(sizes: Iterable[int], most: int, most_items: int | None = None) -> list[Span]:
    """Spans of consecutive items of at most ``most`` together, and at least one item each."""
    spans: list[Span] = []
    start = stop = total = 0
    for stop, size in enumerate(sizes, 1):
        n_items = stop - 1 - start
        if n_items and (total + size > most or n_items == most_items):
            spans.append((start, stop - 1))
            start, total = stop - 1, 0
        total += size
    return [*spans, (start, stop)] if stop else []


def run_chunks(
    work: Callable[[Item], Result],
    piece: Callable[[int], Item],
    spans: Sequence[Span],
    take: Callable[[int, Result], None],
    *,
    executor: Executor,
    finished: Container[int] = (),
    report: Report | None = None,
) -> None:
    """Call ``take(k, work(piece(k)))`` for every chunk k in its order.

    Pieces are made when a worker is about to be free.  A result is taken (written, merged, marked
    as finished) before it is reported, so that what was reported is never done again.

    Parameters
    ----------
    work : function
        What travels to the workers, once.
    piece : function
        What travels to a worker for chunk k.
    spans : sequence of (start, stop)
        Items of every chunk; their number is reported.
    take : function
        Called here with k and the result of chunk k, BLAS on one thread.
    executor : Executor
    finished : container of int
        Chunks that are done already.
    report : function, optional
        Called with (items done, all).
    """
    sizes = [stop - start for start, stop in spans]
    todo = [k for k in range(len(spans)) if k not in finished]
    total = sum(sizes)
    done = total - sum(sizes[k] for k in todo)
    with one_blas_thread(), closing(executor.map(work, map(piece, todo))) as results:
        for k, result in zip(todo, results, strict=True):
            take(k, result)
            done += sizes[k]
            if report:
                report(done, total)
