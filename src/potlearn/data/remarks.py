"""What a reader does not use of a file, collected by reason."""

from __future__ import annotations

NAMED = 5
"""Configurations that a line names; more are counted."""


class Remarks:
    """Configurations by the reason why something of them is not used."""

    def __init__(self) -> None:
        self._sources: dict[str, list[str]] = {}

    def add(self, reason: str, source: str) -> None:
        """Note one configuration."""
        self._sources.setdefault(reason, []).append(source)

    def lines(self) -> tuple[str, ...]:
        """One sentence for each reason."""
        return tuple(_line(reason, sources) for reason, sources in self._sources.items())


def _line(reason: str, sources: list[str]) -> str:
    n = len(sources)
    named = ", ".join(sources[:NAMED]) + (", ..." if n > NAMED else "")
    return f"{n} configuration{'s' * (n > 1)} {reason} ({named})"
