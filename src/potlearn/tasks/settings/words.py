"""Mistakes in settings, in words: where, what was expected, what was given."""

from __future__ import annotations

import difflib
import reprlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_EXPECTED = {
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "string_type": "text",
    "bool_type": "true or false",
    "is_instance_of": "a path",
    "tuple_type": "a list",
    "dict_type": "a section (keys and values)",
    "model_type": "a section (keys and values)",
    "model_attributes_type": "a section (keys and values)",
    "finite_number": "a finite number",
    "greater_than": "a number above {gt}",
    "greater_than_equal": "a number not below {ge}",
    "less_than": "a number below {lt}",
    "less_than_equal": "a number not above {le}",
    "literal_error": "{expected}",
    "too_short": "at least {min_length} item",
}
_KINDS = {
    dict: "a section",
    list: "a list",
    tuple: "a list",
    str: "text",
    bool: "a truth value",
    int: "a number",
    float: "a number",
    type(None): "nothing",
}


def problems(raw: Any, errors: Sequence[Any]) -> list[str]:
    """Pydantic's errors as ``key.path: words``; of errors above one another, the most precise.

    A key that may be of several kinds gives one error for each kind; the first is kept, but a bound
    that a value of the right kind exceeds goes before other kinds.
    """
    found: dict[str, str] = {}
    for error in sorted(errors, key=lambda error: not _is_bound(error)):
        found.setdefault(_key_path(raw, error), _words(error))
    return [
        f"{place}: {words}" if place else words
        for place, words in found.items()
        if not any(other.startswith(f"{place}.") for other in found)
    ]


def show(value: Any) -> str:
    """A value and its kind, such as ``5 (a number)``; long values are shortened."""
    kind = _KINDS.get(type(value), type(value).__name__)
    if isinstance(value, Path):
        value = str(value)
    return f"{reprlib.repr(value)} ({kind})"


def alternatives(names: Sequence[str]) -> str:
    """Names in quotes, ``'a', 'b' or 'c'``."""
    *most, last = (repr(name) for name in names)
    return f"{', '.join(most)} or {last}" if most else last


def _is_bound(error: Any) -> bool:
    """Whether a number is out of bounds."""
    return str(error["type"]).startswith(("greater_than", "less_than"))


def _words(error: Any) -> str:
    """One problem: what was expected, and what was given."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "unknown_key":
        return f"unknown key{_suggest(context['key'], context['known'])}"
    if kind == "missing":
        return "missing"
    if kind in _EXPECTED:
        expected = _EXPECTED[kind].format(**context)
        return f"expected {expected}, got {show(error['input'])}"
    return str(error["msg"])


def _key_path(raw: Any, error: Any) -> str:
    """Keys of the error's place that are in ``raw``: pydantic mixes in names of kinds."""
    keys: list[str] = []
    for position, key in enumerate(error["loc"]):
        last = position == len(error["loc"]) - 1
        if isinstance(raw, dict) and (key in raw or (error["type"] == "missing" and last)):
            raw = raw.get(key)
        elif isinstance(raw, list | tuple) and isinstance(key, int) and key < len(raw):
            raw = raw[key]
        else:
            continue
        keys.append(str(key))
    if error["type"] == "unknown_key":
        keys.append(error["ctx"]["key"])
    return ".".join(keys)


def _suggest(key: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(known)}"
