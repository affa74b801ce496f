"""Progress of a task: a bar for each of its stages, or a function of your own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from time import perf_counter
from typing import TypeAlias

from potlearn.runtime import Report, reporting

Stages: TypeAlias = Callable[[str], AbstractContextManager[Report | None]]
"""Given the name of a stage, a context manager whose value is called with (done, total)."""


def stages_of(progress: bool | Stages) -> Stages:
    """True: bars on a terminal; False: nothing; a function is passed through."""
    return partial(reporting, progress) if isinstance(progress, bool) else progress


class Stopwatch:
    """Wall seconds of named stages."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Time one stage."""
        start = perf_counter()
        yield
        self.seconds[stage] = perf_counter() - start
