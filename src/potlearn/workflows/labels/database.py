"""The database of labels: ASE's, in an SQLite file or of a PostgreSQL server."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from potlearn.data.formats.base import Opened
from potlearn.data.formats.database import is_sqlite
from potlearn.data.formats.urls import database_url, shown_address, silent
from potlearn.errors import DataError, LabellingError, OutputError
from potlearn.runtime import check_output, require
from potlearn.typing import Settings

WRITERS = 0x706F746C
"""Number of the lock that a writer of a PostgreSQL database holds until its transaction ends."""
MAKERS = WRITERS + 1
"""The same, of the lock that is held while the tables are made."""
PATIENCE = 60.0
"""Seconds in which another program that writes an SQLite file must have finished."""


@dataclass(frozen=True)
class LabelDatabase:
    """Rows by the keys of their labels; what is written is on the disk.

    Parameters
    ----------
    address : str
        Path of an SQLite file, or a URL of PostgreSQL.
    """

    address: str

    @classmethod
    def at(cls, address: str | Path) -> LabelDatabase:
        """The database at an address; it is tried whether it can be written.

        Raises
        ------
        OutputError
            The file cannot be written.
        LabellingError
            The file holds something else.
        """
        url = database_url(address)
        if url is None:
            _check_file(Path(address))
        return cls(url or str(address))

    @classmethod
    def there(cls, address: str | Path) -> LabelDatabase:
        """The database that there is at an address, to be read.

        Raises
        ------
        LabellingError
            There is none.
        """
        found = cls(database_url(address) or str(address))
        if not found._exists():
            raise LabellingError(f"{address}: no such database")
        if not found.is_url:
            _check_kind(Path(found.address))
        return found

    @property
    def name(self) -> str:
        """The address without a password, for messages."""
        return shown_address(self.address)

    @property
    def is_url(self) -> bool:
        """Whether it is a database of a server."""
        return database_url(self.address) is not None

    def rows(self, keys: Iterable[str]) -> dict[str, Any]:
        """Rows that there are, by key."""
        if not self._exists():
            return {}
        with self._open() as database:
            found = {key: next(database.select(unique_id=key), None) for key in keys}
        return {key: row for key, row in found.items() if row is not None}

    def add(self, rows: Iterable[Any], *, replace: bool = True) -> None:
        """Write rows, all or none; those whose key is there replace the old ones, or are left out.

        Raises
        ------
        OutputError
            They cannot be written.
        """
        with self._open(writing=True) as database:
            for row in rows:
                old = next(database.select(unique_id=row.unique_id, columns=["id"]), None)
                if old is None:
                    database.write(row, row.key_value_pairs, row.data)
                elif replace:
                    database.write(row, row.key_value_pairs, row.data, id=old.id)

    def update(self, key: str, may: Callable[[Any], bool], pairs: Settings) -> bool:
        """Change key-value pairs of a row if ``may`` allows it for this row; whether it did."""
        with self._open(writing=True) as database:
            row = next(database.select(unique_id=key), None)
            if row is None or not may(row):
                return False
            database.update(row.id, **pairs)
        return True

    def update_all(self, where: Settings, pairs: Settings, without: Sequence[str] = ()) -> None:
        """Change key-value pairs, and remove some, of all rows with the pairs ``where``."""
        with self._open(writing=True) as database:
            numbers = [row.id for row in database.select(columns=["id"], **where)]
            for number in numbers:
                database.update(number, delete_keys=list(without), **pairs)

    def select(self, pairs: Settings, columns: Sequence[str]) -> Iterator[Any]:
        """Some columns of the rows with these key-value pairs, in the order of their numbers."""
        with self._open() as database:
            yield from database.select(columns=columns, **pairs)

    def _exists(self) -> bool:
        """Whether there is a database: to open an SQLite file makes one."""
        return self.is_url or Path(self.address).exists()

    @contextmanager
    def _open(self, writing: bool = False) -> Iterator[Any]:
        """A connection with one transaction, alone where it writes; errors in words."""
        from ase.db import connect

        kind = {} if self.is_url else {"type": "db"}
        if not kind:
            require("ase_db_backends.postgresql", "postgresql", "a PostgreSQL database")
        try:
            with connect(self.address, use_lock_file=False, serial=True, **kind) as database:
                if kind:
                    database.connection.execute(f"PRAGMA busy_timeout = {1000 * PATIENCE:.0f}")
                if kind and writing:
                    database.connection.execute("BEGIN IMMEDIATE")
                if not kind:
                    _make_tables(database)
                    if writing:
                        _lock(database.connection, WRITERS)
                yield database
        except (LabellingError, OutputError):
            raise
        except Exception as error:
            if not _is_of_the_database(error):
                raise
            raise _error(self, error) from None  # its text may have the password


def _make_tables(database: Any) -> None:
    """Make the tables of a PostgreSQL database if there are none.

    One program at a time: ASE looks for them and then makes them, which fails where two do so.
    """
    connection = database.connection
    connection.rollback = connection.con.rollback  # ASE calls it after an error; the class lacks it
    _lock(connection, MAKERS)
    database.count(id=0)
    connection.commit()


def _lock(connection: Any, number: int) -> None:
    """Wait for a lock of PostgreSQL, which ends with the transaction."""
    connection.cursor().execute(f"SELECT pg_advisory_xact_lock({number})")


def _check_file(path: Path) -> None:
    check_output(path)
    if path.exists() and path.stat().st_size:
        _check_kind(path)
        if not os.access(path, os.W_OK):
            raise OutputError(f"{path}: cannot be written: this file is read-only")


def _check_kind(path: Path) -> None:
    try:
        found = is_sqlite(Opened(path, str(path)))
    except DataError as error:
        if "locked" in str(error.__cause__):
            return  # whoever opens it waits
        raise
    if not found:
        raise LabellingError(f"{path}: expected a database of ASE (SQLite), or a new file")


def _is_of_the_database(error: Exception) -> bool:
    """Whether SQLite or PostgreSQL raised it."""
    return isinstance(error, sqlite3.Error) or type(error).__module__.startswith("psycopg2")


def _error(store: LabelDatabase, error: Exception) -> OutputError:
    if "locked" in str(error):
        return OutputError(
            f"{store.name}: another program has held this database locked for {PATIENCE:g} s; end "
            "it, and the same command continues"
        )
    text = silent(str(error), store.address) if store.is_url else " ".join(str(error).split())
    return OutputError(
        f"{store.name}: the database cannot be used: {text}; the same command continues"
    )
