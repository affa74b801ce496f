"""Work of which a piece may lose its worker without an end of the others."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator

from potlearn.errors import ExecutionError
from potlearn.runtime.executor import Executor, Item, Result


def map_each(
    executor: Executor, work: Callable[[Item], Result], items: Iterable[Item]
) -> Iterator[Result | ExecutionError]:
    """Results in the order of the items; an error in place of one that loses its worker every time.

    A pool that breaks does not say which of the pieces in work did it.  They are done again one by
    one until it is found; the others then go on together.

    Raises
    ------
    ExecutionError
        A piece that does nothing loses its worker as well: it is the machine, not the items.
    """
    left = deque(items)
    while left:
        try:
            for result in executor.map(work, tuple(left)):
                left.popleft()
                yield result
        except ExecutionError:
            yield from _one_by_one(executor, work, left)


def _one_by_one(
    executor: Executor, work: Callable[[Item], Result], left: deque[Item]
) -> Iterator[Result | ExecutionError]:
    """Results up to a piece that loses its worker, and its error; they leave ``left``."""
    while left:
        item = left.popleft()
        try:
            yield from executor.map(work, [item])
        except ExecutionError as error:
            list(executor.map(abs, [0]))
            yield error
            return


def completed(
    executor: Executor, work: Callable[[Item], Result], items: Iterable[Item]
) -> Generator[tuple[int, Result | ExecutionError]]:
    """Results as they are ready, each with the place of its item.

    For pieces that take very different times, and whose results are to be kept at once: nothing
    waits for a piece before it.  An item that loses its worker every time has an error in place of
    a result.  Items are taken from the iterable when a worker is about to be free, unless the
    executor can only map.  Where the caller stops before the end, work in progress is given up.

    Raises
    ------
    ExecutionError
        As of :func:`map_each`.
    """
    own = getattr(executor, "completed", None)
    yield from enumerate(map_each(executor, work, items)) if own is None else own(work, items)
