"""The ``key=value`` line of extended XYZ."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from potlearn.errors import DataError
from potlearn.typing import Settings

_PAIR = re.compile(
    r"""\s*([^\s='"{}\[\]\\]+)"""
    r"""(?:=(?:"([^"\\]*)"|'([^'\\]*)'|\{([^}\\]*)\}|\[([^\]\\]*)\]|([^\s='"{}\[\]\\]+)))?(?=\s|$)"""
)
_ITEM = re.compile(r"[^\s,]+")
LOGICAL = {
    **dict.fromkeys(("T", "True", "true", "TRUE"), True),
    **dict.fromkeys(("F", "False", "false", "FALSE"), False),
}


def shown(text: bytes | str) -> str:
    """A short printable form of a piece of a file."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    text = text.strip()
    return repr(text if len(text) <= 60 else text[:57] + "...")


def parse_comment(line: str, source: str) -> Settings:
    """Turn the ``key=value`` line into a dictionary, with ASE's conversions.

    Integers, reals and logicals are converted, alone or as arrays; a key without a value is True;
    ``Lattice``, ``stress`` and ``virial`` of nine numbers become 3x3 (Fortran order).
    """
    pairs: list[tuple[str, str]] = []
    position = 0
    line = line.strip()
    while position < len(line):
        match = _PAIR.match(line, position)
        if match is None:
            return _parse_comment_with_ase(line, source)
        key, *values = match.groups()
        pairs.append((key, next((v for v in values if v is not None), "T")))
        position = match.end()
    info = {key: _value(key, text, source) for key, text in pairs}
    if len(info) < len(pairs):
        raise DataError(f"{source}: a key occurs twice in {shown(line)}")
    return info


def _parse_comment_with_ase(line: str, source: str) -> Settings:
    """Let ASE read escapes, nested brackets and blanks around ``=``."""
    from ase.io import extxyz

    if (quote := _open_quote(line)) is not None:
        raise DataError(f"{source}: {quote} is opened and never closed in {shown(line)}")
    parser: Any = extxyz.key_val_str_to_dict
    try:
        return dict(parser(line))
    except (ValueError, IndexError, KeyError, TypeError, RecursionError) as error:
        raise DataError(f"{source}: cannot read the key=value line {shown(line)}: {error}") from (
            error
        )


def _open_quote(line: str) -> str | None:
    """The quote or bracket that the line opens and does not close, if any."""
    closing = {'"': '"', "'": "'", "{": "}", "[": "]"}
    opened: str | None = None
    characters = iter(line)
    for character in characters:
        if character == "\\":
            next(characters, None)
        elif opened is None:
            opened = character if character in closing else None
        elif character == closing[opened]:
            opened = None
    return opened


def _value(key: str, text: str, source: str) -> Any:
    """Convert one value of the ``key=value`` line."""
    if key.lower() == "uid":
        return text
    items = _ITEM.findall(text)
    numbers = numbers_of(items)
    if key in ("Lattice", "stress", "virial"):
        return _tensor(key, numbers, text, source)
    if numbers is not None:
        return numbers[0] if len(numbers) == 1 else numbers
    if items and all(item in LOGICAL for item in items):
        logicals = [LOGICAL[item] for item in items]
        return logicals[0] if len(logicals) == 1 else logicals
    return _json(key, text, source) if text.startswith("_JSON ") else text


def numbers_of(items: list[str]) -> NDArray[Any] | None:
    """Integers if all are, else reals if all are, else None."""
    try:
        return np.array([int(item) for item in items], np.int64)
    except (ValueError, OverflowError):
        try:
            return np.array([float(item) for item in items])
        except ValueError:
            return None


def _tensor(key: str, numbers: NDArray[Any] | None, text: str, source: str) -> NDArray[Any]:
    """Give ``Lattice``, ``stress`` and ``virial`` their shape: 3x3 or Voigt."""
    sizes = (9,) if key == "Lattice" else (9, 6)
    if numbers is None or len(numbers) not in sizes:
        expected = " or ".join(str(size) for size in sizes)
        raise DataError(f"{source}: {key} needs {expected} numbers, got {shown(text)}")
    return numbers.reshape((3, 3), order="F") if len(numbers) == 9 else numbers


def _json(key: str, text: str, source: str) -> Any:
    """Read a value that ASE wrote as JSON."""
    try:
        data = json.loads(text.removeprefix("_JSON "))
    except (ValueError, RecursionError) as error:
        raise DataError(f"{source}: value of {key} is not JSON: {error}") from error
    try:
        array = np.array(data)
    except ValueError:
        return data
    return array if array.dtype.kind in "ifb" else data
