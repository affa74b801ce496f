"""ASE's databases, ``.db`` (SQLite) and ``.json``: key-value pairs and data are info keys."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from potlearn.data.formats.base import Format, Item, LeftOut, Opened
from potlearn.data.formats.urls import silent, without_password
from potlearn.data.frames import frame_from_atoms
from potlearn.errors import DataError
from potlearn.runtime import require
from potlearn.typing import Settings

STATE = "labelling"
"""Key of the rows of ``potlearn label``, and its words."""
PLANNED, DONE, FAILED = "planned", "done", "failed"
REASON = "reason"
_SQLITE = b"SQLite format 3\x00"
_JSON = re.compile(rb"\s*\{\s*\"(\d+|ids|nextid)\"\s*:")


def _claims(path: Path, head: bytes) -> bool:
    return head.startswith(_SQLITE) or _JSON.match(head) is not None


def _items(opened: Opened) -> Iterator[Item]:
    """Rows in the order of their numbers; whatever ASE raises becomes a :class:`DataError`."""
    from ase.db import connect

    sqlite = is_sqlite(opened)
    try:
        database: Any = connect(str(opened.path), type="db" if sqlite else "json", serial=True)
        for row in database.select():
            yield _frame(row)
    except Exception as error:  # ASE's readers raise anything on malformed input
        raise DataError(
            f"{opened.name}: ASE cannot read this database: {type(error).__name__}: {error}"
        ) from error


def url_items(url: str) -> Iterator[Item]:
    """Rows of a PostgreSQL database in the order of their numbers.

    Raises
    ------
    DataError
        The server does not answer, or there is no such database; without the password.
    MissingExtraError
        The packages for PostgreSQL are not installed.
    """
    from ase.db import connect

    require("ase_db_backends.postgresql", "postgresql", "a PostgreSQL database")
    try:
        with connect(url, use_lock_file=False, serial=True) as database:
            for row in database.select():
                yield _frame(row)
    except Exception as error:  # ASE and psycopg2 raise anything
        why = f"{type(error).__name__}: {silent(str(error), url)}"
        raise DataError(
            f"{without_password(url)}: this database cannot be read: {why}"
        ) from None  # the cause has the password


def is_sqlite(opened: Opened) -> bool:
    """Whether it is ASE's SQLite file.

    Another program's file is refused here, since ASE would add its own tables to it.

    Raises
    ------
    DataError
        It is another program's, or damaged.
    """
    with opened.path.open("rb") as file:
        if file.read(len(_SQLITE)) != _SQLITE:
            return False
    question = "SELECT COUNT(*) FROM sqlite_master WHERE name = 'systems'"
    try:
        uri = f"{opened.path.absolute().as_uri()}?mode=rw"
        with closing(sqlite3.connect(uri, uri=True)) as database:
            (found,) = database.execute(question).fetchone()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise DataError(f"{opened.name}: not a readable SQLite file: {error}") from error
    if not found:
        raise DataError(f"{opened.name}: an SQLite file without ASE's table of systems")
    return True


def _frame(row: Any) -> Item:
    """One row; names of its calculator's results stay theirs."""
    pairs = dict(row.key_value_pairs)
    state = pairs.pop(STATE, DONE)
    if state == FAILED:
        return LeftOut(f"without label, which failed: {row.data.get(REASON)}")
    if state == PLANNED:
        return LeftOut("not labelled yet; the same potlearn label continues")
    frame = frame_from_atoms(row.toatoms())
    extra: Settings = {**row.data, **pairs}
    for key, value in extra.items():
        if key not in frame.results:
            frame.info[key] = _plain(value)
    return frame


def _plain(value: Any) -> Any:
    """Lists of numbers as arrays."""
    if not isinstance(value, list):
        return value
    try:
        array = np.asarray(value)
    except ValueError:
        return value
    return array if array.dtype.kind in "bif" else value


DATABASE = Format(_claims, _items)
