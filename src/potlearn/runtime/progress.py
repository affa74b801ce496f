"""Progress of long work: a Rich bar, a callback, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = bool | Callable[[int, int], None] | None


@contextmanager
def reporting(progress: Progress, what: str) -> Iterator[Callable[[int, int], None] | None]:
    """Give the function to call with (done, total).

    ``progress`` is True for a bar on the standard error stream, a function to be called, or None.
    """
    if not isinstance(progress, bool):
        yield progress
    elif progress:
        with _bar(what) as report:
            yield report
    else:
        yield None


@contextmanager
def _bar(what: str) -> Iterator[Callable[[int, int], None]]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bar

    with Bar(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    ) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
