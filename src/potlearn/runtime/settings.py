"""How long functions run: workers, progress, and the file from which they continue."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from potlearn.errors import ExecutionError
from potlearn.runtime.executor import Executor, InProcess
from potlearn.runtime.progress import Progress, Report, reporting


def make_executor(workers: int = 1, scheduler: str | None = None) -> Executor:
    """Executor for a number of processes here, or for the cluster of a Dask scheduler.

    Raises
    ------
    ExecutionError
        ``workers`` is below 1.
    """
    if workers < 1:
        raise ExecutionError(f"workers is {workers}; expected 1 or more")
    if scheduler is not None:
        from potlearn.runtime.dask import Dask

        return Dask(scheduler)
    if workers == 1:
        return InProcess()
    from potlearn.runtime.processes import Processes

    return Processes(workers)


@dataclass(frozen=True)
class Runtime:
    """How a long function runs; it changes no bit of what the function gives.

    ``fit_linear(dataset, descriptor, runtime=Runtime(workers=4, progress=True))``

    Parameters
    ----------
    workers : int or Executor
        Processes on this machine, or an executor of your own.
    scheduler : str, optional
        Address of a Dask scheduler, whose workers are then used.
    progress : bool or function, optional
        True: a progress bar on a terminal; a function: called with (done, total) of each part.
    checkpoint : path, optional
        File from which the same work continues after an interruption.  It belongs to one call:
        give each its own with :meth:`saving`.

    Raises
    ------
    ExecutionError
        ``workers`` is below 1.
    """

    workers: int | Executor = 1
    scheduler: str | None = None
    progress: Progress = None
    checkpoint: str | Path | None = None

    def __post_init__(self) -> None:
        _ = self.executor  # a wrong number is an error at once

    @property
    def executor(self) -> Executor:
        """Who does the work."""
        if not isinstance(self.workers, int):
            return self.workers
        return make_executor(self.workers, self.scheduler)

    def reporting(self, what: str) -> AbstractContextManager[Report | None]:
        """Give the function to call with (done, total), or None; ``what`` names the work."""
        return reporting(self.progress, what)

    def saving(self, checkpoint: str | Path | None) -> Runtime:
        """The same with another checkpoint, or none."""
        return replace(self, checkpoint=checkpoint)


SERIAL = Runtime()
"""In this process, with no progress and no checkpoint: the default of long functions."""
