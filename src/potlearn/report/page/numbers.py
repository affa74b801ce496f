"""Numbers and settings as text."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

import numpy as np

MINUS = "\N{MINUS SIGN}"
NOTHING = "\N{EN DASH}"
LONGEST_LIST = 16


def significant(value: float | None, digits: int = 3, least: float = 0.0) -> str:
    """A number with some significant digits, without exponent where that stays readable.

    Numbers smaller than ``least`` are ``"<0.001"``; a missing one is a dash.
    """
    if value is None or not math.isfinite(value):
        return NOTHING
    if value == 0:
        return "0"
    if abs(value) < least:
        return f"<{least:g}"
    rounded = f"{value:.{digits - 1}e}"
    magnitude = int(rounded.partition("e")[2])
    if -4 <= magnitude < 6:
        rounded = f"{float(rounded):,.{max(digits - 1 - magnitude, 0)}f}"
    return rounded.replace("-", MINUS)


def interval(bounds: tuple[float, float] | None, scale: float = 1.0, least: float = 0.0) -> str:
    """A 95 % interval, ``"2.1 to 3.0"``; empty without one, or if both ends are below ``least``."""
    if bounds is None or scale * max(map(abs, bounds)) < least:
        return ""
    low, high = (significant(scale * bound, least=least) for bound in bounds)
    return f"{low} to {high}"


def fixed(value: float | None, decimals: int) -> str:
    """A number with that many decimals; a missing one is a dash."""
    return NOTHING if value is None else f"{value:,.{decimals}f}".replace("-", MINUS)


def counted(n: int, noun: str) -> str:
    """``"1 atom"``, ``"2,000 atoms"``."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def words(name: str) -> str:
    """A key as words, so that long ones can wrap."""
    return name.replace("_", " ")


def natural(name: str) -> tuple[tuple[bool, int, str], ...]:
    """Key that sorts names by the numbers in them: ``md_2`` before ``md_10``."""
    parts = re.findall(r"[0-9]{1,18}|[^0-9]+", name)
    return tuple(
        (p[0] not in "0123456789", int(p) if p[0] in "0123456789" else 0, p) for p in parts
    )


def seconds(value: float) -> str:
    """A time: ``"0.42 s"``, ``"3 min 05 s"``, ``"2 h 10 min"``."""
    if value < 100:
        return f"{significant(value, 2)} s" if value < 10 else f"{value:.0f} s"
    minutes, rest = divmod(round(value), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def plain(value: object) -> str:
    """A setting as text; of long lists the first and their length."""
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 10_000 else str(value)
    if isinstance(value, Mapping):
        return ", ".join(_entry(key, item) for key, item in value.items()) or "none"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _listed([plain(item) for item in value])
    return str(value)


def _entry(key: object, item: object) -> str:
    """A named value; a mapping in brackets."""
    return f"{key} ({plain(item)})" if isinstance(item, Mapping) else f"{key} {plain(item)}"


def _listed(items: Sequence[str]) -> str:
    """Items with commas, or semicolons where they hold several words."""
    if len(items) > LONGEST_LIST:
        return f"{', '.join(items[:LONGEST_LIST])}, \N{HORIZONTAL ELLIPSIS} ({len(items)} in all)"
    return ("; " if any(" " in item for item in items) else ", ").join(items) or "none"
