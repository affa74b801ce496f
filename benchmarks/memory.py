"""Largest sum of the resident sets of a process and all that it started."""

from __future__ import annotations

import os
import threading
from pathlib import Path

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
        return self.peak / 1e6

    def _watch(self) -> None:
        while True:
            self.peak = max(self.peak, _resident(os.getpid()))
            if self.done.wait(EVERY):
                return


def _resident(root: int) -> int:
    """kB of a process and its descendants."""
    parent, size = {}, {}
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            lines = dict(x.split(":", 1) for x in status.read_text().splitlines())
        except (OSError, ValueError):  # it has ended
            continue
        pid = int(lines["Pid"])
        parent[pid], size[pid] = int(lines["PPid"]), int(lines.get("VmRSS", "0").split()[0])
    ours, found = [root], 0
    while ours:
        pid = ours.pop()
        found += size.get(pid, 0)
        ours += [child for child, of in parent.items() if of == pid]
    return found
