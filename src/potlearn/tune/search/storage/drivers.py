"""The drivers of a study: who works on it, and which of them are dead."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from potlearn.tune.search.storage.quiet import speaking
from potlearn.tune.search.storage.record import Record

PREFIX = "driver:"
# Seconds between two signs of life.
BEAT = 30.0


@dataclass
class Drivers:
    """Drivers of a study, seen from one of them.

    Attributes
    ----------
    record : Record
    own : str
        Name of this driver.
    stale : float
        Seconds without a sign after which another driver is dead.
    """

    record: Record
    own: str
    stale: float
    _last: float = 0.0

    def beat(self) -> None:
        """Give a sign of life, not too often."""
        if time.time() - self._last < min(BEAT, self.stale / 4):
            return
        self._last = time.time()
        with speaking(self.record.place):  # what other versions wrote may be damaged
            self._sign()

    def _sign(self) -> None:
        known = self.record.attributes().get(PREFIX + self.own)
        first = known["first"] if isinstance(known, dict) else self._last
        sign = {
            "first": first,
            "last": self._last,
            "host": socket.gethostname(),
            "pid": os.getpid(),
        }
        self.record.keep(PREFIX + self.own, sign)

    def index(self) -> int:
        """Number of this driver in the order of their first signs; part of its seeds."""
        firsts = {name: sign["first"] for name, sign in self._signs().items()}
        return sorted(firsts, key=lambda name: (firsts[name], name)).index(self.own)

    def dead(self, name: str) -> bool:
        """Whether another driver works no more."""
        sign = self._signs().get(name)
        if sign is None or time.time() - sign["last"] > self.stale:
            return True
        return bool(sign["host"] == socket.gethostname() and not _alive(sign["pid"]))

    def _signs(self) -> dict[str, Mapping[str, Any]]:
        kept = self.record.attributes()
        return {k.removeprefix(PREFIX): v for k, v in kept.items() if k.startswith(PREFIX)}


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
