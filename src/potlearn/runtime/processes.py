"""An executor of several processes on this machine."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future
from concurrent.futures import wait as wait_for
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import chain, islice
from multiprocessing import parent_process
from multiprocessing.connection import wait
from pathlib import Path
from threading import Thread
from typing import Any

from typing_extensions import override

from potlearn.errors import ExecutionError
from potlearn.linalg.blas import one_blas_thread
from potlearn.runtime.executor import AHEAD, ATTEMPTS, Executor, Item, Result
from potlearn.runtime.parcels import packed, portable, unpacked
from potlearn.runtime.pools import Pool
from potlearn.typing import Settings


@dataclass(frozen=True)
class Processes(Executor):
    """Worker processes; where one is killed, all are started again with the unfinished pieces.

    Parameters
    ----------
    n_workers : int
        Number of processes.
    """

    n_workers: int

    @override
    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Generator[Result]:
        source, unfinished = iter(items), deque[Item]()
        losses = 0
        while True:
            try:
                for result in self._results(work, source, unfinished):
                    losses = 0
                    yield result
                return
            except BrokenProcessPool as error:
                losses += 1
                if losses == ATTEMPTS:
                    raise ExecutionError(
                        f"worker processes died {losses} times at the same piece of work: killed, "
                        "out of memory, or started by a script that does not guard its work with "
                        "if __name__ == '__main__'"
                    ) from error

    def _results(
        self,
        work: Callable[[Item], Result],
        source: Iterator[Item],
        unfinished: deque[Item],
    ) -> Iterator[Result]:
        """Results of a pool's life; ``unfinished`` holds the pieces without a result, in order."""
        with self._pool(work) as pool:
            running = deque(_submit(pool, item) for item in unfinished)
            try:
                while True:
                    while len(running) < AHEAD * self.n_workers:
                        try:
                            unfinished.append(next(source))
                        except StopIteration:
                            break
                        running.append(_submit(pool, unfinished[-1]))
                    if not running:
                        return
                    result = running.popleft().result()
                    unfinished.popleft()
                    yield unpacked(result, "a result")
            finally:
                for future in running:
                    future.cancel()

    def completed(
        self, work: Callable[[Item], Result], items: Iterable[Item]
    ) -> Iterator[tuple[int, Result | ExecutionError]]:
        """See :func:`potlearn.runtime.completed`; at an end before the last item processes stop."""
        source, left = enumerate(items), dict[int, Item]()
        suspects: dict[int, int] = {}
        while True:
            one = next(iter(suspects), None)
            queue = chain(list(left), _taken(source, left)) if one is None else iter([one])
            running: dict[Future[bytes], int] = {}
            try:
                for k, result in self._ready(work, left, queue, running):
                    suspects.pop(k, None)
                    yield k, result
                if one is None:
                    return
            except BrokenProcessPool:
                if one is None:
                    suspects = {k: 0 for k in running.values() if k in left}
                    continue
                suspects[one] += 1
                if suspects[one] == ATTEMPTS:
                    del suspects[one], left[one]
                    list(self.map(abs, [0]))
                    yield one, ExecutionError(f"worker processes died {ATTEMPTS} times at it")

    def _ready(
        self,
        work: Callable[[Item], Result],
        left: dict[int, Item],
        queue: Iterator[int],
        running: dict[Future[bytes], int],
    ) -> Iterator[tuple[int, Result]]:
        """Results of queued items as they are ready; they leave ``left``."""
        with self._pool(work) as pool:
            try:
                while True:
                    for k in islice(queue, AHEAD * self.n_workers - len(running)):
                        running[_submit(pool, left[k])] = k
                    if not running:
                        return
                    done = wait_for(running, return_when=FIRST_COMPLETED).done
                    for future in sorted(done, key=_has_failed):
                        result = unpacked(future.result(), "a result")
                        k = running.pop(future)
                        del left[k]
                        yield k, result
            except BrokenProcessPool:
                raise
            except BaseException:
                self._stop(pool)
                raise

    def _stop(self, pool: Pool) -> None:
        """End the processes of a pool, whatever they are doing."""
        for pid in list(getattr(pool, "_processes", None) or ()):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        pool.end()

    @contextmanager
    def _pool(self, work: Callable[[Any], Any]) -> Iterator[Pool]:
        """Processes that have the work, until the end of the block."""
        pool = self._started(work)
        try:
            yield pool
        finally:
            pool.end()

    def _started(self, work: Callable[[Any], Any]) -> Pool:
        """Processes that have the work."""
        return Pool(self.n_workers, _start, packed(work, "the work"))

    @contextmanager
    def session(self) -> Iterator[Executor]:
        """An executor whose processes live on from one ``map`` to the next of the same work.

        What they hold in memory stays warm, and they are started once.
        """
        kept = _Session(self.n_workers)
        try:
            yield kept
        finally:
            kept.close()


@dataclass(frozen=True)
class _Session(Processes):
    """Processes that are kept while the work is the same object."""

    _kept: list[tuple[Callable[[Any], Any], Pool]] = field(default_factory=list)

    @contextmanager
    @override
    def _pool(self, work: Callable[[Any], Any]) -> Iterator[Pool]:
        if self._kept and self._kept[0][0] is not work:
            self.close()
        if not self._kept:
            self._kept.append((work, self._started(work)))  # it outlives this call
        try:
            yield self._kept[0][1]
        except BrokenProcessPool:
            self.close()
            raise

    @override
    def _stop(self, pool: Pool) -> None:
        self._kept.clear()
        super()._stop(pool)

    def close(self) -> None:
        """End the processes."""
        while self._kept:
            self._kept.pop()[1].end()


def _submit(pool: Pool, item: Any) -> Future[bytes]:
    """Give a piece to the pool, which may start a process for it.

    A signal waits until the process has started.  Processes inherit that signals are blocked:
    Ctrl-C, which reaches all processes of a terminal, is for this one alone, which ends when the
    workers have finished their pieces.
    """
    parcel = packed(item, "a piece of work")
    if not hasattr(signal, "pthread_sigmask"):
        return pool.submit(_call, parcel)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        return pool.submit(_call, parcel)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _taken(source: Iterator[tuple[int, Item]], left: dict[int, Item]) -> Iterator[int]:
    """Places of further items, which come into ``left`` one by one."""
    for k, item in source:
        left[k] = item
        yield k


def _has_failed(future: Future[bytes]) -> bool:
    return future.exception() is not None


_WORKER: Settings = {}


def _start(file: str) -> None:
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    Thread(target=_end_with_parent, args=(file,), daemon=True).start()
    limits = one_blas_thread()
    limits.__enter__()
    _WORKER.update(parcel=Path(file).read_bytes(), limits=limits)


def _end_with_parent(file: str) -> None:
    """End this process when the one that started it is killed: it waits for work for ever."""
    parent = parent_process()
    assert parent is not None
    wait([parent.sentinel])
    Path(file).unlink(missing_ok=True)
    os._exit(1)


def _call(item: bytes) -> bytes:
    """Result of a piece; the work is read at the first one, so that an error reaches the driver."""
    try:
        if "work" not in _WORKER:
            _WORKER["work"] = unpacked(_WORKER["parcel"], "the work")
            del _WORKER["parcel"]
        return packed(_WORKER["work"](unpacked(item, "a piece of work")), "a result")
    except Exception as error:
        sent = portable(error)
        if sent is error:
            raise
        raise sent from None
