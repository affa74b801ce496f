"""How long work runs: executors, progress, and files from which it goes on."""

from typing import TYPE_CHECKING, Any

from potlearn.execution.archive import read_archive, write_archive
from potlearn.execution.blas import lapack, one_blas_thread
from potlearn.execution.checkpoint import Checkpoint
from potlearn.execution.executor import Executor, InProcess
from potlearn.execution.make import make_executor
from potlearn.execution.progress import Progress, reporting

if TYPE_CHECKING:
    from potlearn.execution.dask import Dask as Dask
    from potlearn.execution.processes import Processes as Processes

__all__ = [
    "Checkpoint",
    "Dask",
    "Executor",
    "InProcess",
    "Processes",
    "Progress",
    "lapack",
    "make_executor",
    "one_blas_thread",
    "read_archive",
    "reporting",
    "write_archive",
]


def __getattr__(name: str) -> Any:
    if name == "Dask":
        from potlearn.execution.dask import Dask

        return Dask
    if name == "Processes":
        from potlearn.execution.processes import Processes

        return Processes
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
