"""Results of properties, each written as soon as it is known."""

from __future__ import annotations

from pathlib import Path

from potlearn.errors import PropertyError
from potlearn.runtime import Journal
from potlearn.typing import Settings

JOURNAL = "properties.jsonl"
CONTENT = {"kind": "properties", "version": 1}


class Kept:
    """Results on the disk by their content keys."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.n_calculated = self.n_found = 0
        self._journal: Journal | None = None
        self._known: dict[str, Settings] = {}

    @classmethod
    def of(cls, folder: str | Path | None) -> Kept:
        """What an earlier call has left in a folder; None: nothing is kept.

        Raises
        ------
        PropertyError
            Its journal cannot be read.
        """
        kept = cls(None if folder is None else Path(folder))
        if kept.folder is not None:
            kept.folder.mkdir(parents=True, exist_ok=True)
            path = kept.folder / JOURNAL
            kept._journal = Journal.open(path, CONTENT, "properties", PropertyError)
            entries = kept._journal.checked(PropertyError, key=str, result=dict)
            kept._known = {entry["key"]: entry["result"] for entry in entries}
        return kept

    def get(self, key: str) -> Settings | None:
        """A result that is there."""
        found = self._known.get(key)
        self.n_found += found is not None
        return found

    def add(self, key: str, result: Settings) -> None:
        """Keep a result."""
        self.n_calculated += 1
        if self._journal is not None:
            self._journal.add({"key": key, "result": result})
