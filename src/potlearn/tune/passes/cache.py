"""Passes in a folder, within a size: those used longest ago make room."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import disk_usage
from time import time

from potlearn.errors import FitError
from potlearn.runtime import writing
from potlearn.tune.passes.files import TEXT, Stored
from potlearn.tune.passes.needs import Needs

PART = ".part"
ABANDONED = 24 * 3600
"""Seconds after which unfinished work that nobody goes on with is removed."""
_READ: dict[Path, tuple[int, Stored]] = {}


@dataclass(frozen=True)
class Cache:
    """The folder of the passes.

    Attributes
    ----------
    folder : path
        Made if absent.
    size : int
        Most bytes of all passes together; never more than half of the disk that they have.
    """

    folder: Path
    size: int

    def stored(self) -> Iterator[Stored]:
        """All complete passes.

        Raises
        ------
        FitError
            The text of one is damaged.
        """
        if self.folder.is_dir():
            for path in sorted(self.folder.iterdir()):
                if path.is_dir() and path.suffix != PART:
                    yield _read(path)

    def serving(self, shared: str, needs: Needs) -> Stored | None:
        """The narrowest pass that serves a candidate."""
        found = [s for s in self.of(shared) if s.needs.covers(needs)]
        return min(found, key=lambda stored: len(stored.columns), default=None)

    def of(self, shared: str) -> list[Stored]:
        """The passes of candidates that share a key."""
        return [_read(path) for path in self.paths(shared)]

    def paths(self, shared: str) -> list[Path]:
        """Their folders."""
        found = sorted(self.folder.glob(f"{shared}-*"))
        return [path for path in found if path.is_dir() and path.suffix != PART]

    def use(self, path: Path) -> None:
        """Say that a pass is in use."""
        with writing(path):
            os.utime(path)

    def remove(self, path: Path) -> None:
        """Remove a pass; those who have mapped its files keep them."""
        shutil.rmtree(path, ignore_errors=True)
        _READ.pop(path, None)

    def shrink(self, kept: Collection[Path] = ()) -> None:
        """Remove the passes used longest ago until the others are within the size.

        ``kept`` stay, whatever their size, and so does work that is under way: what nobody went on
        with for a day is removed.
        """
        for part in self.folder.glob(f"*{PART}"):
            if time() - part.stat().st_mtime > ABANDONED:
                shutil.rmtree(part, ignore_errors=True)
        passes = sorted(self.stored(), key=lambda s: s.path.stat().st_mtime)
        total = sum(stored.size for stored in passes)
        most = min(self.size, (total + disk_usage(self.folder).free) // 2) if passes else 0
        for stored in passes:
            if total <= most:
                return
            if stored.path not in kept:
                self.remove(stored.path)
                total -= stored.size


def _read(path: Path) -> Stored:
    """The text of a pass, read once."""
    try:
        modified = (path / TEXT).stat().st_mtime_ns
    except OSError as error:
        raise FitError(f"{path}: damaged pass ({error.strerror})") from error
    known = _READ.get(path)
    if known is None or known[0] != modified:
        _READ[path] = known = modified, Stored.read(path)
    return known[1]
