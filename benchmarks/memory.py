"""Largest sum of the resident sets of a process and all that it started."""

from __future__ import annotations

import threading
from contextlib import suppress

import psutil

EVERY = 0.2
"""Seconds between two looks."""


class MemoryWatch:
    """Looks from when it is made until :meth:`stop`."""

    def __init__(self) -> None:
        self.peak, self.done = 0, threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()

    def stop(self) -> float:
        """The peak in GB; pages that processes share count in each of them."""
        self.done.set()
        self.thread.join()
        return self.peak / 1e9

    def _watch(self) -> None:
        while True:
            self.peak = max(self.peak, _resident())
            if self.done.wait(EVERY):
                return


def _resident() -> int:
    """Bytes of this process and its descendants."""
    own, found = psutil.Process(), 0
    for process in (own, *own.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):  # it has ended
            found += process.memory_info().rss
    return found
