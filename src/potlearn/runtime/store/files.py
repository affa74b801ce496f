"""Files that are written whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Give the path of a new file beside ``path``, which replaces ``path`` when it is complete.

    The new file has the suffix of ``path`` and is flushed to the disk before it is renamed, so that
    after a kill there is the old file or the new one.  After an error the new file is removed and
    ``path`` is as it was.  A device or a pipe is written in place.
    """
    target = Path(path).resolve()  # a link stays, its target is replaced
    if target.exists() and not target.is_file():
        yield target
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f"{target.stem}.{os.getpid()}.part{target.suffix}")
    try:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: str | Path, text: str) -> None:
    """Write a text file (UTF-8) through :func:`replacing`."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def write_json(path: str | Path, values: Mapping[str, Any]) -> None:
    """Write strict JSON; NaN is a ``ValueError``, since no other program reads it."""
    write_text(path, json.dumps(values, indent=2, allow_nan=False) + "\n")
