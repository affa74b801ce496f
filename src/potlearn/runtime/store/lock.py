"""Folders in which one process works at a time."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO

from potlearn.errors import BusyError
from potlearn.runtime.store.files import check_folder, writing

LOCK = ".lock"
"""Name of the file whose lock a process holds while it works in a folder."""


@contextmanager
def working_alone(folder: str | Path | None) -> Iterator[None]:
    """Work in a folder while no other process of this package does.

    The operating system keeps the lock (``flock``) and ends it with its process, also after a kill:
    a file ``.lock`` that a killed process left refuses nobody.  Over NFS the lock holds between
    machines if the server supports locks.  Where a file system has no locks (Lustre mounted without
    ``flock``), nobody is refused.

    Parameters
    ----------
    folder : path or None
        Made if absent; with None nothing is written, and nobody is refused.

    Raises
    ------
    BusyError
        Another process works there.
    OutputError
        The folder cannot be written.
    """
    if folder is None:
        yield
        return
    check_folder(folder)
    path = Path(folder) / LOCK
    with _locked(path) as file:
        with suppress(OSError):  # on a full disk the message of the others names no process
            file.write(f"process {os.getpid()} on {socket.gethostname()}, since {_now()}".encode())
        try:
            yield
        finally:
            with suppress(OSError):  # a file without a holder refuses nobody
                path.unlink()


@contextmanager
def _locked(path: Path) -> Iterator[IO[bytes]]:
    """The file, empty and locked; opened again if its last holder has removed it meanwhile."""
    while True:
        with writing(path, path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
            file = path.open("ab", buffering=0)
        with file:
            _lock(file, path)
            if _is_at(file, path):
                file.truncate(0)
                yield file
                return


def _lock(file: IO[bytes], path: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError) as cause:  # the second one over SMB
        raise BusyError(
            f"{path.parent}: another process works in this folder ({_holder(path)}); wait until "
            "it has ended, or name another folder"
        ) from cause
    except OSError:  # a file system without locks
        return


def _holder(path: Path) -> str:
    """Who holds the lock, as far as its file says so."""
    try:
        return path.read_text(encoding="utf-8", errors="replace") or "its name is not known"
    except OSError:
        return "about to end"


def _is_at(file: IO[bytes], path: Path) -> bool:
    """Whether the file has not been removed since it was opened."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")
