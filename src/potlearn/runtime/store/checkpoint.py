"""Checkpoints: the state of long work in a file, from which the same work continues."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from potlearn.errors import PotlearnError
from potlearn.runtime.store.archive import Archive
from potlearn.runtime.store.content import check_content
from potlearn.typing import Settings

WRITING = 0.1
"""Writing takes at most about this part of the time."""
SHORTEST = 1.0
"""Seconds of work before anything is written, and between two writings."""


@dataclass(frozen=True)
class Checkpoint:
    """Where the state of work that is under way is kept.

    Parameters
    ----------
    path : path
        File of the checkpoint.
    content : mapping of str to str
        What the work is made of, as content keys; a file of other content is refused.
    what : str
        What the work is called in messages.
    error : type
        Error to raise.
    """

    path: Path
    content: Mapping[str, str]
    what: str
    error: type[PotlearnError]

    def save(self, state: Settings) -> None:
        """Replace the checkpoint by nested settings and arrays."""
        self._archive.write(self.path, {"content": dict(self.content), "state": state})

    def load(self) -> Settings | None:
        """State that was saved, or None if there is no checkpoint.

        Raises
        ------
        PotlearnError
            The file is damaged, or belongs to other work; the class is ``error``.
        """
        if not self.path.exists():
            return None
        saved = self._archive.read(self.path)
        place = f"{self.path}: this checkpoint"
        check_content(place, saved.get("content"), self.content, self.what, self.error)
        state = saved.get("state")
        if not isinstance(state, dict):
            raise self.error(f"{self.path}: this checkpoint holds no state; remove it")
        return state

    @property
    def _archive(self) -> Archive:
        return Archive("checkpoint", self.error)


@dataclass
class Keeper:
    """Saves a state that grows: now and then, so that little is lost and writing costs little.

    What is not saved is at most a second of work, or ten times as much as writing takes.

    Parameters
    ----------
    checkpoint : Checkpoint or None
        None: nothing is saved.
    state : function
        Gives the state to save.
    """

    checkpoint: Checkpoint | None
    state: Callable[[], Settings]
    _changed: bool = False
    _last: float = -float("inf")
    _cost: float = 0.0

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """Save at the end, also after an error or an interrupt, if the state has grown."""
        self._last = monotonic()
        try:
            yield
        finally:
            if self._changed:
                self._save()

    def changed(self) -> None:
        """Say that the state has grown; it is saved if that is due."""
        self._changed = True
        if monotonic() - self._last >= max(SHORTEST, self._cost / WRITING):
            self._save()

    def _save(self) -> None:
        start = monotonic()
        if self.checkpoint is not None:
            self.checkpoint.save(self.state())
        self._changed, self._last = False, monotonic()
        self._cost = self._last - start
