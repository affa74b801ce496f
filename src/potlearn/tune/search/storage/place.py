"""Where a study is kept, and who works on it."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path

# A driver that gave no sign for so long is dead, and its trials are taken over.
STALE = 3600.0


@dataclass(frozen=True)
class Shared:
    """A storage that several drivers share.

    Attributes
    ----------
    where : path or str
        Path of a journal file, or URL of a database such as ``postgresql://user@host/name``.
    driver : str
        Name of this driver, the same when it is started again after a kill, such as its output
        folder.
    stale : float
        Seconds without a sign after which the trials of another driver are taken over.
    """

    where: Path | str
    driver: str = ""
    stale: float = STALE

    @classmethod
    def of(cls, place: Path | str | Shared) -> Shared:
        """A place with a driver: of a journal file its only one; of a database this folder here."""
        found = place if isinstance(place, Shared) else cls(place)
        return found if found.driver else cls(found.where, _driver(found.where), found.stale)

    @property
    def name(self) -> str:
        """The place as it is named in messages, without passwords."""
        if isinstance(self.where, Path):
            return str(self.where)
        scheme, separator, rest = self.where.partition("://")
        return scheme + separator + rest.rpartition("@")[2]


def _driver(where: Path | str) -> str:
    return "main" if isinstance(where, Path) else f"{socket.gethostname()}:{os.getcwd()}"
