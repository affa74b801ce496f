"""Fields of dataclasses checked against their annotations, bounds included.

Saved models, files of other programs and Python code give settings of any kind; a family, a
potential or a radial function says once, in its fields, what it takes.
"""

from __future__ import annotations

import math
import operator
import reprlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np
from annotated_types import Ge, Gt, Le, Lt
from typing_extensions import is_typeddict

from potlearn.errors import PotlearnError

_BOUNDS: dict[type, tuple[str, Callable[[Any, Any], bool], str]] = {
    Gt: ("gt", operator.gt, "above"),
    Ge: ("ge", operator.ge, "from"),
    Lt: ("lt", operator.lt, "below"),
    Le: ("le", operator.le, "up to"),
}
_PLAIN = {
    int: "a whole number",
    float: "a finite number",
    str: "text",
    bool: "true or false",
    type(None): "nothing",
}


def check_fields(item: Any, what: str, error: type[PotlearnError]) -> None:
    """Raise ``error`` for the first field of a dataclass whose value is not what it is declared as.

    Numbers must be finite and within the bounds of their ``Annotated`` types; lists serve as
    tuples, NumPy's scalars as numbers.  Fields of other types (arrays, protocols) are not looked
    at.

    Parameters
    ----------
    item : dataclass
    what : str
        Its name in the message: ``"ace"``.
    error : type
    """
    kind: Any = type(item)
    for name, hint in _hints(kind).items():
        value = getattr(item, name)
        wrong = _wrong(value, hint)
        if wrong is not None:
            place, expected, found = wrong
            raise error(f"{what}: {name}{place}: expected {expected}, got {shown(found)}")


def shown(value: Any) -> str:
    """A value for a message; long ones are shortened."""
    if isinstance(value, int) and abs(value) > 10**40:  # Python writes no number of 5000 digits
        return f"a whole number of {value.bit_length()} bits"
    text = repr(value) if isinstance(value, str) and len(value) < LONGEST else _SHORT.repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


LONGEST = 200
"""Most characters of a value in a message."""
_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 60
_SHORT.maxlong = 45
_SHORT.maxlevel = 3
_Wrong = tuple[str, str, Any]
"""Place below the field, what was expected there, and what was found."""


@cache
def _hints(cls: type) -> dict[str, Any]:
    known = get_type_hints(cls, include_extras=True)
    return {f.name: known[f.name] for f in fields(cls) if f.init}


def _wrong(value: Any, hint: Any) -> _Wrong | None:
    """What is wrong with a value, or None."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _wrong(value, inner[0]) or _out_of_bounds(value, hint)
    if origin in (Union, UnionType):
        return _none_of(value, hint)
    if origin is Literal:
        return None if value in inner else ("", words(hint), value)
    if origin is tuple or origin is Sequence:
        if not isinstance(value, tuple | list):
            return "", words(hint), value
        return _first_wrong(dict(enumerate(value)), dict.fromkeys(range(len(value)), inner[0]))
    if origin is Mapping or origin is dict:
        if not isinstance(value, Mapping):
            return "", words(hint), value
        return _first_wrong(value, dict.fromkeys(value, inner[1]))
    if is_typeddict(hint):
        return _wrong_section(value, hint)
    good = _is_plain(value, hint) if hint in _PLAIN else True
    return None if good else ("", words(hint), value)


def _none_of(value: Any, hint: Any) -> _Wrong | None:
    """A value must be one of several kinds; of a list or a section the place inside is named."""
    found = [_wrong(value, kind) for kind in get_args(hint)]
    if None in found:
        return None
    inside = [wrong for wrong in found if wrong and wrong[0]]
    return inside[0] if inside else ("", words(hint), value)


def _first_wrong(values: Mapping[Any, Any], hints: Mapping[Any, Any]) -> _Wrong | None:
    for key, hint in hints.items():
        wrong = _wrong(values[key], hint)
        if wrong is not None:
            return f"[{shown(key)}]{wrong[0]}", wrong[1], wrong[2]
    return None


def _wrong_section(value: Any, hint: Any) -> _Wrong | None:
    if not isinstance(value, Mapping):
        return "", words(hint), value
    known = get_type_hints(hint, include_extras=True)
    return _first_wrong(value, {key: known[key] for key in value if key in known})


def _is_plain(value: Any, kind: Any) -> bool:
    """Whether a value is text, a truth value or a finite number."""
    if kind is int:
        return isinstance(value, int | np.integer) and not isinstance(value, bool)
    if kind is not float:
        return isinstance(value, kind)
    if isinstance(value, int) and not isinstance(value, bool):
        return abs(value) < 10**300  # float() takes no larger one
    return isinstance(value, float | np.integer | np.floating) and math.isfinite(value)


def _out_of_bounds(value: Any, hint: Any) -> _Wrong | None:
    holds = (compare(value, getattr(bound, name)) for name, compare, _, bound in _bounds(hint))
    return None if all(holds) else ("", words(hint), value)


def _bounds(hint: Any) -> list[tuple[str, Callable[[Any, Any], bool], str, Any]]:
    found = [bound for bound in hint.__metadata__ if type(bound) in _BOUNDS]
    return [(*_BOUNDS[type(bound)], bound) for bound in found]


def words(hint: Any) -> str:
    """A type in words: ``"a whole number from 0 up to 100"``."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Annotated:
        texts = [f"{text} {getattr(bound, name):g}" for name, _, text, bound in _bounds(hint)]
        return " ".join([words(inner[0]), *texts])
    if origin in (Union, UnionType):
        lists = [kind for kind in inner if get_origin(kind) is tuple and get_args(kind)[0] in inner]
        others = [words(kind) for kind in inner if kind not in lists and kind is not type(None)]
        return f"{' or '.join(others)}{', or a list of such' if lists else ''}"
    if origin is Literal:
        return " or ".join(map(repr, inner))
    if origin is tuple or origin is Sequence:
        return f"a list (every item {words(inner[0])})"
    if origin is Mapping or origin is dict or is_typeddict(hint):
        return "a section (keys and values)"
    return _PLAIN.get(hint, getattr(hint, "__name__", str(hint)))
