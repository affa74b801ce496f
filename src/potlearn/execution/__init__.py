"""How long work runs: executors, progress, and files from which it goes on."""

from potlearn.execution.archive import read_archive, write_archive
from potlearn.execution.blas import lapack, one_blas_thread
from potlearn.execution.checkpoint import Checkpoint
from potlearn.execution.dask import Dask
from potlearn.execution.executor import Executor, InProcess, make_executor
from potlearn.execution.processes import Processes
from potlearn.execution.progress import Progress, reporting

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
