"""Tables of parts: a part is its file and one row, ``name -> "module:Class"``.

Families, solvers, selectors, features, metrics and kinds of potentials have such tables.  A
class is imported when its row is first used; schemas, exports and error messages come from the
table and the class.
"""

from __future__ import annotations

import reprlib
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Generic, TypeVar, cast

from potlearn.errors import PotlearnError

Part = TypeVar("Part")


class Registry(Mapping[str, Part], Generic[Part]):
    """Parts of one kind by name.

    Parameters
    ----------
    what : str
        What a part is called in messages, such as ``"solver"``.
    error : type
        Error for an unknown name.
    rows : mapping of name to ``"module:Class"``
    """

    def __init__(self, what: str, error: type[PotlearnError], rows: Mapping[str, str]) -> None:
        self.what, self.error = what, error
        self._rows = dict(rows)
        self._loaded: dict[str, Part] = {}

    def __getitem__(self, name: str) -> Part:
        if name not in self._loaded:
            module, _, attribute = self._rows[name].partition(":")
            self._loaded[name] = cast(Part, getattr(import_module(module), attribute))
        return self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, name: object) -> bool:
        return name in self._rows

    def __repr__(self) -> str:
        return f"Registry({self.what!r}: {', '.join(self._rows)})"

    def add(self, name: str, row: str) -> None:
        """Add or replace a row, ``"module:Class"``; how another package brings a part."""
        self._rows[name] = row
        self._loaded.pop(name, None)

    def load(self, name: str) -> Part:
        """The part of that name; an unknown name raises the table's error and lists the names."""
        if name not in self._rows:
            found = repr(name) if len(repr(name)) < 60 else reprlib.repr(name)
            raise self.error(f"unknown {self.what} {found}; expected one of {', '.join(self)}")
        return self[name]

    @property
    def rows(self) -> dict[str, str]:
        """``"module:Class"`` by name."""
        return dict(self._rows)

    @property
    def classes(self) -> dict[str, str]:
        """Name of a part by the name of its class."""
        return {row.partition(":")[2]: name for name, row in self._rows.items()}
