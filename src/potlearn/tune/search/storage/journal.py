"""Journal file of Optuna's operations, one JSON line each, which a kill cannot damage.

Optuna's own backend appends to a line that a kill left unfinished, and the file can no longer be
read.  Here such a line is completed or removed before the next operation is written; no operation
on it had returned.  The lock is the system's (``flock``), which ends with its process.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from optuna.storages.journal import BaseJournalBackend

from potlearn.errors import DataError, TuneError
from potlearn.runtime import shown, writing

# Seconds to wait for another process; it holds the lock for the time of one write.
PATIENCE = 30.0


class JournalFile(BaseJournalBackend):
    """Operations in a file.

    Parameters
    ----------
    path : path
        Made if absent.

    Raises
    ------
    OutputError
        The file cannot be made or written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offsets = [0]  # first byte of every operation that was read, and of the next one
        with writing(path, path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.open("ab").close()

    def read_logs(self, log_number_from: int) -> Iterator[dict[str, Any]]:
        """Operations from that number on; the line that another process writes does not count."""
        number = min(log_number_from, len(self._offsets) - 1)
        with self._path.open("rb") as file:
            file.seek(self._offsets[number])
            for line in file:
                if not line.endswith(b"\n"):
                    return
                operation = self._parsed(line, number + 1)
                number += 1
                if number == len(self._offsets):
                    self._offsets.append(self._offsets[-1] + len(line))
                if number > log_number_from:
                    yield operation

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Write operations, and wait until they are on the disk."""
        text = "".join(json.dumps(log, separators=(",", ":")) + "\n" for log in logs)
        with writing(self._path), self._path.open("rb+") as file:
            _lock(file, self._path)
            try:
                _mend(file)
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
            finally:
                fcntl.flock(file, fcntl.LOCK_UN)  # a process forked meanwhile has the file, too

    def _parsed(self, line: bytes, number: int) -> dict[str, Any]:
        operation = _json(line)
        if not isinstance(operation, dict) or not isinstance(operation.get("op_code"), int):
            what = "this file does not hold trials" if number == 1 else "these trials are damaged"
            found = shown(line.decode(errors="replace").strip())
            raise DataError(
                f"{self._path}: {what}: line {number}: expected an operation of an Optuna journal, "
                f"got {found}"
            )
        return operation


def _mend(file: IO[bytes]) -> None:
    """Go to the end, and complete or remove the line that a kill left unfinished."""
    end = start = file.seek(0, os.SEEK_END)
    tail = b""
    while start and b"\n" not in tail:
        start = max(0, start - 4096)
        file.seek(start)
        tail = file.read(end - start)
    line = tail.rpartition(b"\n")[2]
    file.seek(end)
    if line and isinstance(_json(line), dict):
        file.write(b"\n")
    elif line:
        file.seek(end - len(line))
        file.truncate()


def _json(line: bytes) -> object:
    try:
        found: object = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found


def _lock(file: IO[bytes], path: Path) -> None:
    """Take the system's lock of an open file, which ends with the process, also by a kill."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError as error:
            if time.monotonic() > until:
                raise TuneError(
                    f"{path}: another process has had this file locked for {PATIENCE:g} s; end it, "
                    "or name another output folder"
                ) from error
            time.sleep(0.01)
