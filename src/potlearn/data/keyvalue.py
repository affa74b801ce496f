"""The ``key=value`` line of extended XYZ."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from potlearn.data.tokens import LOGICAL, hint, numbers_of, shown
from potlearn.errors import DataError
from potlearn.typing import Settings

# Keys that the format gives a meaning, and how many numbers those of them that are tensors hold.
SPECIAL = {"lattice": "Lattice", "properties": "Properties", "pbc": "pbc"}
_TENSORS = {"lattice": (9, 3), "stress": (9, 6), "virial": (9, 6)}
_LABEL = re.compile(r"energy|stress|virial|lattice", re.IGNORECASE)

_PAIR = re.compile(
    r"""\s*([^\s='"{}\[\]\\]+)"""
    r"""(?:=(?:"([^"\\]*)"|'([^'\\]*)'|\{([^}\\]*)\}|\[([^\]\[\\]*)\]|([^\s='"{}\[\]\\]+)))?(?=\s|$)"""
)
# Pieces of any line: escapes, quotes, arrays of arrays of numbers, brackets, =, blanks, the rest.
_PIECE = re.compile(
    r"""\\(?P<escape>.?)|"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^'\\]|\\.)*)'"""
    r"""|(?P<nested>\[\s*(?:\[[^\[\]]*\][\s,]*)+\])(?=\s|$)"""
    r"""|\{(?P<brace>(?:[^}\\]|\\.)*)\}|\[(?P<bracket>(?:[^\]\\]|\\.)*)\]"""
    r"""|(?P<equals>\s*=\s*)|(?P<blank>\s+)|(?P<bare>[^\\"'{\[=\s]+)|(?P<open>.)""",
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_NESTED = re.compile(r"\s*\[\s*(?:\[[^\[\]]*\][\s,]*)+\]\s*")
_BRACKETS = str.maketrans("[](){}", "      ")
_ITEM = re.compile(r"[^\s,]+")
_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+(?:[eEdD][-+]?[0-9]+)?")
# A key whose value would be the next key: config_type= Lattice="...".
_MAYBE_EMPTY = re.compile(r"=\s")
_EMPTY = re.compile(r"(?<!\S)([A-Za-z_][\w.\-]*)\s*=\s+(?=[A-Za-z_][\w.\-]*\s*=)")
_QUOTED = re.compile(r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\{[^{}]*\}|\[[^\[\]]*\]""")

Pairs = list[tuple[str, str | None]]


def parse_comment(line: str, source: str) -> Settings:
    """Turn the ``key=value`` line into a dictionary, with ASE's conversions.

    Integers, reals and logicals are converted, alone or as arrays; a key without a value is True.
    ``Lattice``, ``Properties`` and ``pbc`` are found in any case.  ``Lattice``, ``stress`` and
    ``virial`` of nine numbers become 3x3 (Fortran order); three numbers of ``Lattice`` are the
    lengths of a rectangular box; an array of arrays ``[[...], ...]`` becomes two-dimensional, and
    the rows of such a ``Lattice`` are the cell vectors.

    Raises
    ------
    DataError
        A value that is absent or cannot be read, a quote that is not closed, or a key that occurs
        twice.
    """
    line = line.strip()
    _refuse_empty(line, source)
    pairs = _simple_pairs(line)
    if pairs is None:
        pairs = list(_any_pairs(line, source))
    info: Settings = {}
    for key, text in pairs:
        if key in info and (text is not None or info[key] is not True):
            raise DataError(f"{source}: a key occurs twice, {shown(key)}, in {shown(line)}")
        info[key] = True if text is None else _value(key, text, source)
    return _canonical(info, {key for key, text in pairs if text is not None}, source)


def _refuse_empty(line: str, source: str) -> None:
    """Refuse a key without a value before another key, which would be taken for the value."""
    if not _MAYBE_EMPTY.search(line):
        return
    empty = _EMPTY.search(_QUOTED.sub("0", line))
    if empty:
        key = empty[1][:60]
        raise DataError(
            f"{source}: key {shown(key)} has no value in {shown(line[max(line.find(key), 0) :])}; "
            f'write {key}=VALUE without a blank, {key}="" for an empty word, or leave it out'
        )


def _simple_pairs(line: str) -> Pairs | None:
    """Keys and the text of their values, for lines without escapes and nested brackets."""
    pairs: Pairs = []
    position = 0
    while position < len(line):
        match = _PAIR.match(line, position)
        if match is None:
            return None
        key, *values = match.groups()
        pairs.append((key, next((v for v in values if v is not None), None)))
        position = match.end()
    return pairs


def _any_pairs(line: str, source: str) -> Iterator[tuple[str, str | None]]:
    """Keys and the text of their values, with escapes, nested brackets and blanks around ``=``."""
    words: list[str] = [""]
    for piece in _PIECE.finditer(line + " "):
        kind, text = str(piece.lastgroup), piece[str(piece.lastgroup)]
        if kind == "equals":
            words.append("")
        elif kind == "blank":
            if words != [""]:
                yield _pair(words, line, source)
            words = [""]
        elif kind == "open":
            raise DataError(f"{source}: {text} is opened and never closed in {shown(line)}")
        else:
            quoted = kind in ("double", "single", "brace", "bracket")
            words[-1] += _ESCAPED.sub(r"\1", text) if quoted else text
    if words != [""]:
        yield _pair(words, line, source)


def _pair(words: list[str], line: str, source: str) -> tuple[str, str | None]:
    """Key and text of the value, in which ``=`` may occur."""
    if not words[0] and len(words) > 1:
        raise DataError(f"{source}: no key before = in {shown(line)}")
    return words[0], "=".join(words[1:]) if len(words) > 1 else None


def _value(key: str, text: str, source: str) -> Any:
    """Convert one value of the ``key=value`` line."""
    if key.lower() == "uid":
        return text
    if key.lower() in _TENSORS:
        return _tensor(key, text, source)
    if _LABEL.search(key) and _COMMA.fullmatch(text.strip()):
        raise DataError(f"{source}: {key[:60]} is {shown(text)}; expected a number{hint(text)}")
    items = _ITEM.findall(text)
    if not items:
        return text
    numbers = numbers_of(items)
    if numbers is not None:
        return numbers[0] if len(numbers) == 1 else numbers
    if all(item in LOGICAL for item in items):
        logicals = [LOGICAL[item] for item in items]
        return logicals[0] if len(logicals) == 1 else logicals
    if _NESTED.fullmatch(text):
        return _array(text)
    return _json(key, text, source) if text.startswith("_JSON ") else text


def _tensor(key: str, text: str, source: str) -> NDArray[Any]:
    """Give ``Lattice``, ``stress`` and ``virial`` their shape: 3x3, Voigt, or lengths of a box."""
    sizes = _TENSORS[key.lower()]
    numbers = numbers_of(_ITEM.findall(text.translate(_BRACKETS)))
    if numbers is None or len(numbers) not in sizes:
        expected = " or ".join(str(size) for size in sizes)
        raise DataError(f"{source}: {key} needs {expected} numbers, got {shown(text)}{_hint(text)}")
    if len(numbers) == 3:
        return np.diag(numbers)
    return numbers.reshape((3, 3), order="F") if len(numbers) == 9 else numbers


def _hint(text: str) -> str:
    """What may be wrong with several numbers: decimal commas, digits that are not ASCII."""
    commas = all(_COMMA.fullmatch(item) for item in text.split())
    return hint(text) if commas or not text.isascii() else ""


def _array(text: str) -> Any:
    """An array of arrays of numbers, or the text if the rows differ in length."""
    rows = [numbers_of(_ITEM.findall(row)) for row in re.findall(r"\[([^\[\]]*)\]", text)]
    if any(row is None for row in rows) or len({len(row) for row in rows if row is not None}) != 1:
        return text
    return np.array(rows)


def _json(key: str, text: str, source: str) -> Any:
    """Read a value that ASE wrote as JSON."""
    try:
        data = json.loads(text.removeprefix("_JSON "))
    except (ValueError, RecursionError) as error:
        raise DataError(f"{source}: value of {key[:60]} is not JSON: {error}") from error
    try:
        array = np.array(data)
    except ValueError:
        return data
    return array if array.dtype.kind in "ifb" else data


def _canonical(info: Settings, given: set[str], source: str) -> Settings:
    """Give the special keys that have a value their own names."""
    for key in [key for key in info if key.lower() in SPECIAL and key in given]:
        name = SPECIAL[key.lower()]
        if key == name:
            continue
        value = info.pop(key)
        if name in info and not np.array_equal(info[name], value):
            raise DataError(
                f"{source}: {name} and {key} are both given and differ; expected one of them"
            )
        info[name] = value
    return info
