"""Checkpoints: the state of long work in a file that belongs to this work alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from potlearn.errors import PotlearnError
from potlearn.runtime.store.archive import read_archive, write_archive

KIND = "checkpoint"


@dataclass(frozen=True)
class Checkpoint:
    """Place of the state of work that is under way.

    Parameters
    ----------
    path : path
        File of the checkpoint.
    content : mapping of str to str
        What the work is made of, as fingerprints; a file of other content is refused.
    what : str
        What the work is called in messages.
    error : type
        Error to raise.
    """

    path: Path
    content: Mapping[str, str]
    what: str
    error: type[PotlearnError]

    def save(self, header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        """Replace the checkpoint in one step."""
        write_archive(self.path, KIND, {**header, "content": dict(self.content)}, arrays)

    def load(self) -> tuple[dict[str, Any], dict[str, NDArray[Any]]] | None:
        """Header and arrays that were saved, or None if there is no checkpoint.

        Raises
        ------
        PotlearnError
            The file is damaged, or belongs to other work; the class is ``error``.
        """
        if not self.path.exists():
            return None
        header, arrays = read_archive(self.path, KIND, self.error)
        found = header.get("content", {})
        differ = [name for name in self.content if found.get(name) != self.content[name]]
        if differ:
            raise self.error(
                f"{self.path}: this checkpoint belongs to another {self.what} (other "
                f"{', '.join(differ)}); remove it, or name another file"
            )
        return header, arrays
