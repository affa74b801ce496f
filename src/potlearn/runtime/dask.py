"""An executor over Dask: worker processes here, or a cluster by the address of its scheduler."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from time import monotonic
from typing import Any

from potlearn.errors import ExecutionError
from potlearn.linalg.blas import one_blas_thread
from potlearn.runtime.executor import AHEAD, Executor, Item, Result
from potlearn.runtime.packages import require

LOOK_EVERY = 5.0
"""Seconds between two looks at whether there are workers."""


@dataclass(frozen=True)
class Dask(Executor):
    """Workers of a Dask scheduler.

    A piece whose worker is killed goes to another one: Dask keeps what a result was made from.

    Parameters
    ----------
    scheduler : str, optional
        Address, such as ``"tcp://10.0.0.1:8786"``; by default processes on this machine.
    n_workers : int
        Number of processes on this machine where there is no address.
    timeout : float
        Seconds in which the scheduler must answer.
    patience : float
        Seconds that work waits for a first worker, or for a new one when all are gone.
    """

    scheduler: str | None = None
    n_workers: int = 2
    timeout: float = 10.0
    patience: float = 60.0

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Generator[Result]:
        """Results of ``work(item)`` in the order of the items.

        Raises
        ------
        ExecutionError
            No scheduler answers, it has no workers for longer than ``patience``, or workers die
            again and again at one piece.
        """
        source = iter(items)
        with self._client() as client:
            # A task, not scattered data: what a dead worker held of it is made again.
            shared = client.submit(_same, work, pure=False)
            running: deque[Any] = deque()
            try:
                while True:
                    for item in source:
                        running.append(client.submit(_call, shared, item, pure=False))
                        if len(running) >= AHEAD * max(1, len(client.nthreads())):
                            break
                    if not running:
                        return
                    yield self._result(client, running.popleft())
            except _package().KilledWorker as error:
                raise ExecutionError(f"Dask lost its workers at a piece of work: {error}") from None
            finally:
                client.cancel(list(running), reason="the work was given up")

    def completed(
        self, work: Callable[[Item], Result], items: Iterable[Item]
    ) -> Iterator[tuple[int, Result | ExecutionError]]:
        """See :func:`potlearn.runtime.completed`.

        Dask blames all pieces that wait at a worker that dies: those that it gave up are done once
        more, one by one.
        """
        suspects: list[tuple[int, Item]] = []
        with self._client() as client:
            shared = client.submit(_same, work, pure=False)
            with closing(self._each(client, shared, enumerate(items))) as found:
                for k, item, result in found:
                    if isinstance(result, ExecutionError):
                        suspects.append((k, item))
                    else:
                        yield k, result
            for suspect in suspects:
                with closing(self._each(client, shared, iter([suspect]))) as found:
                    yield from ((k, result) for k, _, result in found)

    def _each(
        self, client: Any, shared: Any, source: Iterator[tuple[int, Item]]
    ) -> Generator[tuple[int, Item, Any]]:
        """Items with their results as they are ready."""
        running: dict[Any, tuple[int, Item]] = {}
        try:
            while True:
                free = AHEAD * max(1, len(client.nthreads())) - len(running)
                for k, item in islice(source, max(0, free)):
                    running[client.submit(_call, shared, item, pure=False)] = k, item
                if not running:
                    return
                for future in self._ready(client, list(running)):
                    yield *running.pop(future), _outcome(future)
        finally:
            client.cancel(list(running), reason="the work was given up")

    def _ready(self, client: Any, futures: list[Any]) -> list[Any]:
        """Futures that are done: at least one, as long as there is somebody to work on them."""
        seen = monotonic()
        while True:
            with suppress(TimeoutError), client.as_current():
                options = {"timeout": LOOK_EVERY, "return_when": "FIRST_COMPLETED"}
                return list(_package().wait(futures, **options).done)
            if client.nthreads():
                seen = monotonic()
            self._check_patience(client, seen)

    def _check_patience(self, client: Any, seen: float) -> None:
        """ExecutionError where there have been no workers for too long."""
        if monotonic() - seen > self.patience:
            raise ExecutionError(
                f"the Dask scheduler at {client.scheduler.address} has had no worker for "
                f"{self.patience:g} s; start workers with 'dask worker ADDRESS'"
            )

    def _result(self, client: Any, future: Any) -> Any:
        """The value of a future, as long as there is somebody to work on it."""
        seen = monotonic()
        while not future.done():
            try:
                return future.result(timeout=LOOK_EVERY)
            except TimeoutError:  # the work's own comes again below
                if client.nthreads():
                    seen = monotonic()
            self._check_patience(client, seen)
        return future.result()

    @contextmanager
    def _client(self) -> Iterator[Any]:
        """A connection; the cluster of this machine lives as long as it."""
        with ExitStack() as stack:
            # Pieces hold rows: graphs of tens of megabytes are intended.
            limit = {"distributed.admin.large-graph-warning-threshold": "1 GB"}
            package = _package()  # first: it brings the defaults of its settings
            stack.enter_context(_package("dask").config.set(limit))
            address: Any = self.scheduler
            if address is None:
                options = {"threads_per_worker": 1, "dashboard_address": ":0"}
                cluster = package.LocalCluster(n_workers=self.n_workers, **options)
                address = stack.enter_context(cluster)
            yield stack.enter_context(self._connect(address))

    def _connect(self, address: Any) -> Any:
        try:
            return _package().Client(address, timeout=self.timeout, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise ExecutionError(
                f"no Dask scheduler answers at {address} within {self.timeout:g} s; start one with "
                "'dask scheduler', its workers with 'dask worker ADDRESS'"
            ) from error


def _package(name: str = "distributed") -> Any:
    return require(name, "dask", "work over Dask")


def _outcome(future: Any) -> Any:
    """The value of a future that is done; an error where it lost its workers."""
    try:
        return future.result()
    except _package().KilledWorker as error:
        return ExecutionError(f"Dask lost its workers at it: {error}")


def _same(work: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return work


def _call(work: Callable[[Any], Any], item: Any) -> Any:
    with one_blas_thread():
        return work(item)
