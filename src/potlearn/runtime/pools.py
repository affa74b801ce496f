"""A pool of processes that share one piece of work; it ends also where the processes have died."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import gettempdir, mkstemp
from typing import Any

from potlearn.errors import ExecutionError

LOOK = 0.05
"""Seconds between two looks at processes that should end."""


class Pool(ProcessPoolExecutor):
    """New processes that each call ``start(path)`` first: the file has what they all need.

    Python itself would send it while a process starts, and would wait forever for one that dies
    before it reads, as in a script that does not guard its work with ``__name__``.

    Raises
    ------
    ExecutionError
        The file cannot be written.
    """

    def __init__(self, n_workers: int, start: Callable[[str], None], content: bytes) -> None:
        self._file = _written(content)
        context = get_context("spawn")
        super().__init__(
            n_workers, mp_context=context, initializer=start, initargs=(str(self._file),)
        )

    def end(self) -> None:
        """End the processes, without the pieces that wait, and remove the file."""
        end_pool(self)
        self._file.unlink(missing_ok=True)


def _written(content: bytes) -> Path:
    """A temporary file with the content."""
    try:
        descriptor, name = mkstemp(prefix="potlearn-work-")
    except OSError as error:
        raise _no_space(content, error) from error
    file = Path(name)
    try:
        with open(descriptor, "wb") as opened:
            opened.write(content)
    except OSError as error:
        file.unlink()
        raise _no_space(content, error) from error
    return file


def _no_space(content: bytes, error: OSError) -> ExecutionError:
    return ExecutionError(
        f"the work for processes cannot be written to {gettempdir()}: {error}; expected "
        f"{len(content) / 1e6:.3g} MB of space: set TMPDIR to a folder that has it"
    )


def end_pool(pool: ProcessPoolExecutor) -> None:
    """Shut a pool down, without the pieces that wait, and wait for its processes.

    A thread of the pool writes pieces into a pipe.  Where all processes died while it was writing,
    Python before 3.11.5 waits forever: the pool itself holds the end that nobody reads.  That end
    is closed here (https://github.com/python/cpython/issues/94777).
    """
    held: dict[str, Any] = vars(pool)
    manager, queue = held.get("_executor_manager_thread"), held.get("_call_queue")
    processes = list((held.get("_processes") or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    while manager is not None and manager.is_alive():
        manager.join(LOOK)
        if not any(process.is_alive() for process in processes):
            reader = getattr(queue, "_reader", None)
            if reader is not None:
                reader.close()
