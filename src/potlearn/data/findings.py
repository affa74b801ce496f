"""A finding: one thing that a person should know about the data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

from potlearn.typing import Settings

Severity = Literal["error", "warning", "info"]
_ORDER = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True)
class Finding:
    """One thing that a person should know about the data.

    Attributes
    ----------
    severity : "error", "warning" or "info"
        Error: no fit should use it.  Warning: look at it.  Info: good to know.
    kind : str
        What sort of finding, e.g. ``"duplicate"``; the same word for the same check.
    source : str
        Configuration (``"file.extxyz:17"``), group, or ``"all"``.
    message : str
        One sentence with what was expected and what was got.
    value : float or None
        The number behind it.
    """

    severity: Severity
    kind: str
    source: str
    message: str
    value: float | None = None

    def to_dict(self) -> Settings:
        """Plain values, ready for JSON."""
        return asdict(self)


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The gravest first, else in the order found."""
    return tuple(sorted(findings, key=lambda finding: _ORDER[finding.severity]))


def capped(findings: list[Finding], limit: int) -> list[Finding]:
    """At most ``limit`` findings, and one more that counts the rest."""
    if len(findings) <= limit:
        return findings
    rest = len(findings) - limit
    first = findings[0]
    more = Finding(first.severity, first.kind, "all", f"{rest} more of this kind", float(rest))
    return [*findings[:limit], more]
