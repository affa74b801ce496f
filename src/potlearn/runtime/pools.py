"""The end of a pool of processes, which comes also where the processes have died."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from typing import Any

LOOK = 0.05
"""Seconds between two looks at processes that should end."""


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
