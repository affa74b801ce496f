"""Which executor does the work."""

from __future__ import annotations

from potlearn.errors import ExecutionError
from potlearn.runtime.executor import Executor, InProcess


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
