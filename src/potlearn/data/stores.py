"""Where configurations live between two looks at them."""

from __future__ import annotations

import os
import pickle
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from potlearn.data.extxyz import parse_frame
from potlearn.data.frames import Frame
from potlearn.data.streams import Spool
from potlearn.errors import DataError


class Store(Protocol):
    """Gives back the configuration stored at an offset."""

    def frame(self, offset: int, size: int, source: str) -> Frame:
        """Read one configuration; ``source`` names it in errors."""

    def check(self, source: str) -> None:
        """Raise :class:`DataError` if what was read before would not be read again."""


@dataclass(frozen=True)
class TextFile:
    """Uncompressed extended XYZ, parsed again at each access: nothing stays in memory."""

    path: Path
    size: int
    modified: int

    @classmethod
    def of(cls, path: Path) -> TextFile:
        """Remember a file, its size and time of change."""
        status = os.stat(path)
        return cls(path, status.st_size, status.st_mtime_ns)

    def frame(self, offset: int, size: int, source: str) -> Frame:
        """Read one configuration."""
        try:
            with self.path.open("rb") as file:
                self._compare(os.fstat(file.fileno()), source)
                file.seek(offset)
                return parse_frame(file.read(size), source)
        except OSError as error:
            raise DataError(f"{source}: the file cannot be read any more: {error}") from error

    def check(self, source: str) -> None:
        """Compare the file with its remembered state."""
        try:
            self._compare(os.stat(self.path), source)
        except OSError as error:
            raise DataError(f"{source}: the file cannot be read any more: {error}") from error

    def _compare(self, status: os.stat_result, source: str) -> None:
        if (status.st_size, status.st_mtime_ns) != (self.size, self.modified):
            raise DataError(f"{source}: the file changed since it was read; read it again")


@dataclass(frozen=True)
class SpooledText:
    """Decompressed extended XYZ in a spool, parsed again at each access."""

    spool: Spool

    def frame(self, offset: int, size: int, source: str) -> Frame:
        """Read one configuration."""
        return parse_frame(self.spool.read(offset, size), source)

    def check(self, source: str) -> None:
        """A spool does not change."""


@dataclass(frozen=True)
class SpooledFrames:
    """Configurations of ASE's other formats, packed into a private spool of this process.

    The spool is written and read by this process alone; no file of the user is ever unpickled.
    """

    spool: Spool = field(default_factory=Spool)

    def append(self, frame: Frame, source: str) -> tuple[int, int]:
        """Store a configuration; return its offset and size.

        Raises
        ------
        DataError
            A value that cannot be stored, such as a function.
        """
        try:
            data = pickle.dumps(frame, protocol=pickle.HIGHEST_PROTOCOL)
        except (pickle.PicklingError, TypeError, AttributeError, RecursionError) as error:
            raise DataError(
                f"{source}: a value of info or arrays cannot be stored ({error}); expected numbers "
                "or text; remove it"
            ) from None
        return self.spool.append(data), len(data)

    def frame(self, offset: int, size: int, source: str) -> Frame:
        """Read one configuration."""
        frame: Frame = pickle.loads(self.spool.read(offset, size))
        return frame

    def check(self, source: str) -> None:
        """A spool does not change."""
