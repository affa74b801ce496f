"""Which command calculates a label, where several work with one database.

Before a command calculates a configuration, it claims it: it writes its own name into the row.  The
result then replaces the claim.  The claims of a process that has ended mean nothing.  On the same
machine others see at once that it has ended; on another machine they see it when a count in its
rows, which it raises every minute, has not grown for ten minutes.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any, Self

from potlearn.data.formats.database import FAILED, PLANNED, STATE
from potlearn.errors import OutputError
from potlearn.runtime import Report, say
from potlearn.workflows.labels.database import LabelDatabase

WORKER, BEAT = "worker", "beat"
"""Keys of a claim among the key-value pairs of a row."""
PULSE, SILENCE = 60.0, 600.0
"""Seconds from one count to the next, and after the last count until a claim means nothing."""
POLL = 1.0
"""Seconds between two looks at what other commands calculate."""
_HERE: set[str] = set()
"""Commands of this process that have not ended."""


class Claims:
    """Claims of one command.

    Parameters
    ----------
    store : LabelDatabase
    before : mapping of str to row
        Rows as they were when the command began: a failure is calculated again only if no other
        command has calculated it since.
    """

    def __init__(self, store: LabelDatabase, before: Mapping[str, Any]) -> None:
        self._store, self._before = store, before
        self._name = f"{_place()} {os.getpid()} {_started(os.getpid())} {secrets.token_hex(8)}"
        self._count = 0
        self._seen: dict[str, tuple[int, float]] = {}
        self._ended = Event()

    @contextmanager
    def held(self) -> Iterator[Self]:
        """Work with claims, all of which end with the block."""
        beating = Thread(target=self._beat, daemon=True)
        _HERE.add(self._name)
        beating.start()
        try:
            yield self
        finally:
            self._ended.set()
            beating.join()
            _HERE.discard(self._name)
            with suppress(OutputError):  # other commands see that this process has ended
                self._store.update_all({WORKER: self._name}, {}, (WORKER, BEAT))

    def take(self, key: str) -> bool:
        """Claim a configuration; False where it has a result, or another command calculates it."""
        return self._store.update(key, self._is_free, self._claim())

    def wait(self, rows: Sequence[Any], report: Report | None) -> None:
        """Wait a moment for rows that other commands calculate, and report which command it is."""
        workers = [row.get(WORKER) for row in rows if WORKER in row]
        if workers:
            place, pid, *_ = workers[0].split()
            who = f"process {pid} on {place.partition(':')[0]}"
            say(report, f"waiting for {len(workers)} labels of {who}")
            sleep(POLL)

    def _claim(self) -> dict[str, Any]:
        return {STATE: PLANNED, WORKER: self._name, BEAT: self._count}

    def _is_free(self, row: Any) -> bool:
        if row.get(STATE) == PLANNED:
            worker = row.get(WORKER)
            return worker is None or self._has_ended(worker, row.get(BEAT, 0))
        before = self._before.get(row.unique_id)
        return row.get(STATE) == FAILED and before is not None and before.mtime == row.mtime

    def _has_ended(self, worker: str, count: int) -> bool:
        """Whether the process of a claim has ended, or its machine has counted no more for long."""
        place, pid, started, _ = worker.split()
        if place == _place():
            own = int(pid) == os.getpid()
            return _started(int(pid)) != started or (own and worker not in _HERE)
        seen, since = self._seen.get(worker, (-1, 0.0))
        if count > seen:
            self._seen[worker] = count, monotonic()
            return False
        return monotonic() - since > SILENCE

    def _beat(self) -> None:
        """Count, so that other machines see that this command works."""
        while not self._ended.wait(PULSE):
            self._count += 1
            with suppress(OutputError):  # writing a result raises it, too
                self._store.update_all({WORKER: self._name}, {BEAT: self._count})


def _place() -> str:
    """The machine, its boot, and the namespace of its process numbers (a container's own)."""
    found = [socket.gethostname()]
    with suppress(OSError):
        found.append(Path("/proc/sys/kernel/random/boot_id").read_text().strip())
        found.append(os.readlink("/proc/self/ns/pid"))
    return ":".join(found).replace(" ", "_")


def _started(pid: int) -> str:
    """Start time of a process in the system's ticks; "ended" if there is no such process."""
    try:
        state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return "ended" if state == "Z" else fields[18]
    except OSError:
        return "ended" if Path("/proc/self/stat").exists() else _signalled(pid)


def _signalled(pid: int) -> str:
    """The same on a system without ``/proc``, which does not say when a process started."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return "ended"
    except PermissionError:
        pass
    return "some-time-ago"
