"""The folder of active learning: a journal of finished steps, and the files that they wrote.

A step writes its files, each whole or not at all, and then its line of the journal.  A step whose
line is there is never done again, so that after a kill the same call continues where it was.
Configurations are always taken from the files: what runs on is the same as what would be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from potlearn.errors import LearningError
from potlearn.runtime import Journal, check_folder, replacing
from potlearn.typing import Atoms, Settings

if TYPE_CHECKING:
    from potlearn.data import Dataset

JOURNAL, LABELS, SET, MODEL = "journal.jsonl", "labels.db", "set.extxyz", "model.potl"
KNOWN, LAST = "known.extxyz", "last.potl"


@dataclass(frozen=True)
class Place:
    """Where learning keeps its state.

    Attributes
    ----------
    folder : path
    journal : Journal
    """

    folder: Path
    journal: Journal

    @classmethod
    def open(cls, folder: str | Path, content: Settings) -> Place:
        """The folder of this work: new, or as an earlier call left it.

        Raises
        ------
        LearningError
            The folder holds other work.
        """
        path = Path(folder)
        check_folder(path)
        path.mkdir(parents=True, exist_ok=True)
        where = f"{path}: this folder"
        file = path / JOURNAL
        return cls(path, Journal.open(file, content, "learning", LearningError, where))

    @classmethod
    def read(cls, folder: str | Path) -> Place:
        """The folder of earlier work.

        Raises
        ------
        LearningError
            There is none.
        """
        file = Path(folder) / JOURNAL
        if not file.is_file():
            raise LearningError(
                f"{folder}: expected the folder of potlearn learn, with a file {JOURNAL}; there is "
                "none"
            )
        return cls(Path(folder), Journal.read(file, LearningError))

    @property
    def database(self) -> Path:
        """Where labels are kept."""
        return self.folder / LABELS

    def round(self, number: int) -> Path:
        """Folder of a round."""
        found = self.folder / "rounds" / f"{number:03d}"
        found.mkdir(parents=True, exist_ok=True)
        return found

    def find(self, step: str, number: int, **more: str) -> Settings | None:
        """The line of a finished step, or None."""
        wanted = {"step": step, "round": number, **more}
        for entry in self.journal.entries:
            if wanted.items() <= {k: v for k, v in entry.items() if k in wanted}.items():
                return entry
        return None

    def once(self, step: str, number: int, make: Callable[[], Settings]) -> Settings:
        """The line of a step, which is done now if it was not done before."""
        return self.find(step, number) or self.add(step, number, **make())

    def add(self, step: str, number: int, **found: Any) -> Settings:
        """Note that a step is finished."""
        entry: Settings = {"step": step, "round": number, **found}
        self.journal.add(entry)
        return entry


@contextmanager
def writing_frames(path: Path) -> Iterator[Callable[[Atoms], None]]:
    """Give the function that writes a configuration to a file, which is whole or not there."""
    from potlearn.data.writing import write_frame

    with replacing(path) as part, part.open("w", encoding="utf-8") as file:
        yield lambda atoms: write_frame(file, atoms)


def write_frames(path: Path, frames: Iterable[Atoms]) -> None:
    """Write configurations; a file of none is removed."""
    listed: Sequence[Atoms] = list(frames)
    if not listed:
        path.unlink(missing_ok=True)
        return
    with writing_frames(path) as write:
        for atoms in listed:
            write(atoms)


def read_frames(path: Path) -> Dataset | None:
    """The configurations of a file; None without one."""
    from potlearn.data import read

    return read(path) if path.exists() else None
