"""Files that are written whole or not at all; errors of writing name the file."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from potlearn.errors import OutputError, PotlearnError


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Give the path of a new file beside ``path``, which replaces ``path`` when it is complete.

    The new file has the suffix of ``path`` and is flushed to the disk before it is renamed, so that
    after a kill there is the old file or the new one.  After an error the new file is removed and
    ``path`` is as it was.  A device or a pipe is written in place.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    target = Path(path).resolve()  # a link stays, its target is replaced
    if target.exists() and not target.is_file() and not target.is_dir():
        with writing(target):
            yield target
        return
    temporary = target.with_name(f"{target.stem}.{os.getpid()}.part{target.suffix}")
    with writing(target, temporary):
        check_output(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield temporary
            with temporary.open("rb+") as file:
                os.fsync(file.fileno())
            os.replace(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)


@contextmanager
def writing(path: Path, *others: Path) -> Iterator[None]:
    """Turn an error of the operating system into one that names the file that is written.

    Parameters
    ----------
    path : path
        The file as the user knows it.
    others : paths
        Other names under which it is written.

    Raises
    ------
    OutputError
        For an error without a file name (a full disk), or with one of these names.  Errors of other
        files go through.
    """
    try:
        yield
    except PotlearnError:
        raise
    except OSError as error:
        if error.filename not in (None, *map(str, (path, *others))):
            raise
        reason = error.strerror or str(error)
        raise OutputError(f"{path}: cannot be written: {reason}") from error


def check_output(path: str | Path) -> None:
    """Find out, before the work, whether a file can be written.  Nothing is made.

    Raises
    ------
    OutputError
        ``path`` is a folder, or no file can be made in its folder.
    """
    path = Path(path)
    if path.is_dir():
        raise OutputError(f"{path}: is a folder; expected the name of a file")
    if not path.exists() or path.is_file():
        check_folder(path.parent)


def check_folder(path: str | Path) -> None:
    """Find out whether files can be written in a folder, or in the one in which it will be made.

    Raises
    ------
    OutputError
        They cannot.
    """
    absolute = Path(path).absolute()
    existing = next(folder for folder in (absolute, *absolute.parents) if folder.exists())
    try:
        TemporaryFile(dir=existing).close()
    except OSError as error:
        raise OutputError(
            f"{path}: no file can be written in this folder: {error.strerror or error}"
        ) from error


def reserve(path: Path, size: int) -> None:
    """Give a file its full size, with zeros after its content, and reserve the space on the disk.

    A file that is mapped into memory needs this: where the disk is full, writing to a page that has
    no space yet kills the process.

    Raises
    ------
    OutputError
        There is not enough space; the file is removed.
    """
    try:
        with writing(path), path.open("ab") as file:
            if size and hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, size)
            file.truncate(size)
    except OutputError as error:
        path.unlink(missing_ok=True)
        raise OutputError(f"{error} (it takes {size / 1e6:.0f} MB)") from error


def write_text(path: str | Path, text: str) -> None:
    """Write a text file (UTF-8) through :func:`replacing`."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def write_bytes(path: str | Path, content: bytes) -> None:
    """Write bytes; a file that is there is replaced when the new one is complete."""
    with replacing(path) as new:
        new.write_bytes(content)


def write_json(path: str | Path, values: Mapping[str, Any]) -> None:
    """Write strict JSON; NaN is a ``ValueError``, since no other program reads it."""
    write_text(path, json.dumps(values, indent=2, allow_nan=False) + "\n")
