"""Journals: which pieces of long work are finished, one JSON line each.

The first line says what the work is made of.  An entry is on the disk when :meth:`Journal.add`
returns; the line that a kill left unfinished does not count.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from potlearn.errors import PotlearnError
from potlearn.runtime.fields import shown
from potlearn.runtime.store.content import check_content
from potlearn.runtime.store.files import write_text, writing
from potlearn.typing import Settings


@dataclass(frozen=True)
class Journal:
    """Finished pieces of work.

    Attributes
    ----------
    path : path
    content : mapping of str
        What the work is made of: plain JSON values.
    entries : list of dict
        In the order in which they were added.
    """

    path: Path
    content: Settings
    entries: list[Settings] = field(default_factory=list)

    @classmethod
    def read(cls, path: str | Path, error: type[PotlearnError]) -> Journal:
        """The journal in a file.

        Raises
        ------
        PotlearnError
            No such file, or not a journal; the class is ``error``.
        """
        try:
            first, *lines = Path(path).read_text(encoding="utf-8").split("\n")
        except (OSError, UnicodeDecodeError) as cause:
            raise error(f"{path}: cannot be read as a journal ({cause})") from cause
        head = _parsed(first)
        if head is None or not isinstance(head.get("content"), dict):
            raise error(f"{path}: not a journal; expected its content in the first line")
        entries = [entry for line in lines if (entry := _parsed(line)) is not None]
        return cls(Path(path), head["content"], entries)

    @classmethod
    def open(
        cls,
        path: str | Path,
        content: Mapping[str, Any],
        what: str,
        error: type[PotlearnError],
        place: str = "",
    ) -> Journal:
        """The journal of a piece of work: a new file, or the one from which it continues.

        Parameters
        ----------
        path : path
        content : mapping of str
            What the work is made of: plain JSON values.
        what : str
            What the work is called in messages.
        error : type
            Error to raise.
        place : str
            What would belong to other work, if not the journal: ``"X.npy: this matrix"``.

        Raises
        ------
        PotlearnError
            The file belongs to other work, or is not a journal; the class is ``error``.
        """
        wanted = json.loads(json.dumps(content))
        if not Path(path).exists():
            write_text(path, json.dumps({"content": wanted}) + "\n")
        journal = cls.read(path, error)
        check_content(place or f"{path}: this journal", journal.content, wanted, what, error)
        return journal

    def checked(self, error: type[PotlearnError], **kinds: type) -> list[Settings]:
        """The entries, which must have values of these types under these names.

        Raises
        ------
        PotlearnError
            Naming the first entry that has not; the class is ``error``.
        """
        for k, entry in enumerate(self.entries, 1):
            for name, kind in kinds.items():
                value = entry.get(name)
                if not isinstance(value, kind) or isinstance(value, bool):
                    raise error(
                        f"{self.path}: entry {k} of this journal: {name}: expected "
                        f"{kind.__name__}, got {shown(value)}; remove the file"
                    )
        return self.entries

    def add(self, *entries: Settings) -> None:
        """Append entries, and wait until they are on the disk."""
        with writing(self.path), self.path.open("a", encoding="utf-8") as file:
            # An empty line first: it ends the line that a kill left unfinished.
            file.writelines(f"\n{json.dumps(entry)}\n" for entry in entries)
            file.flush()
            os.fsync(file.fileno())
        self.entries.extend(entries)


def _parsed(line: str) -> Settings | None:
    """The object of a line, or None."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
