"""Progress of long work: a bar on a terminal, a function that is called, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

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
        yield Described(bar, bar.add_task(what, total=None), what)


@dataclass(frozen=True)
class Described:
    """A bar of rich that also takes words."""

    bar: Bar
    task: TaskID
    what: str

    def __call__(self, done: int, total: int) -> None:
        """Move the bar."""
        self.bar.update(self.task, completed=done, total=total)

    def say(self, words: str) -> None:
        """Put words behind the name of the work."""
        self.bar.update(self.task, description=f"{self.what}: {words}")


def say(report: Report | None, words: str) -> None:
    """Say how the work is getting on, where a bar shows it; other reports take no words."""
    if isinstance(report, Described):
        report.say(words)
