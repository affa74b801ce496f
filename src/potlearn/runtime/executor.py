"""Executors: the same pieces of work in this process, in several, or on a cluster.

The pieces are fixed by the data, their results come in the order of the pieces, and BLAS runs on
one thread within a piece: which executor does the work changes no bit of a result.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Protocol, TypeVar, cast, runtime_checkable

from typing_extensions import override

from potlearn.linalg.blas import one_blas_thread

Item = TypeVar("Item")
Result = TypeVar("Result")
# Pieces in flight for each worker: one in work, one in waiting.
AHEAD = 2
# How often the same piece of work may lose its worker.
ATTEMPTS = 3


@runtime_checkable
class Executor(Protocol):
    """Maps a function over pieces of work."""

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Generator[Result]:
        """Results of ``work(item)`` in the order of the items.

        ``work`` and the items must be picklable; ``work`` travels to every worker once.  Items are
        taken from the iterable when a worker is about to be free, so that it may make them lazily.

        Raises
        ------
        ExecutionError
            A piece lost its worker several times, or there are no workers.
        """


def session(executor: Executor) -> AbstractContextManager[Executor]:
    """The executor, with its processes kept from one ``map`` to the next where it has such."""
    own = getattr(executor, "session", None)
    return nullcontext(executor) if own is None else cast(AbstractContextManager[Executor], own())


@dataclass(frozen=True)
class InProcess(Executor):
    """One piece after the other, in this process."""

    @override
    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Generator[Result]:
        for item in items:
            with one_blas_thread():
                result = work(item)
            yield result

    def completed(
        self, work: Callable[[Item], Result], items: Iterable[Item]
    ) -> Iterator[tuple[int, Result]]:
        """See :func:`potlearn.runtime.completed`; items are taken one by one."""
        yield from enumerate(self.map(work, items))
