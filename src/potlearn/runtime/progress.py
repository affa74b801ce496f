"""Progress of long work: a bar on a terminal, a function that is called, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

Report: TypeAlias = Callable[[int, int], None]
"""Called with (done, total)."""
Progress: TypeAlias = bool | Report | None
"""True: a bar on the standard error stream, if that is a terminal; a function; or nothing."""


@contextmanager
def reporting(progress: Progress, what: str) -> Iterator[Report | None]:
    """Give the function to call with (done, total), or None; ``what`` names the work."""
    if progress is True:
        with _bar(what) as report:
            yield report
    else:
        yield progress or None


@contextmanager
def _bar(what: str) -> Iterator[Report | None]:
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    from rich.progress import MofNCompleteColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (*Bar.get_default_columns(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
