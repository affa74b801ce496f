"""Dotted keys of sections, such as ``descriptor.cutoff``: what they lead to, and setting them."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from types import UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from potlearn.errors import ConfigError
from potlearn.tasks.settings.section import Section
from potlearn.tasks.settings.tables import SectionOf
from potlearn.tasks.settings.words import show
from potlearn.typing import Settings

_annotated: Any = Annotated  # subscripted by values that a type checker cannot know


class Place(NamedTuple):
    """Where a key leads.

    Attributes
    ----------
    kind : type
        Of its value.
    when : mapping of str to str
        Values of other keys that choose the section in which the key is.
    marks : tuple
        Annotations of the key.
    """

    kind: Any
    when: Mapping[str, str]
    marks: tuple[Any, ...]

    def whole(self, *numbers: float) -> bool:
        """Whether numbers between these are whole; where a place takes both, they decide."""
        kinds = {*_plain(self.kind)}
        if int in kinds and float in kinds:
            return all(float(number).is_integer() for number in numbers)
        return int in kinds


def places(section: type[Section], key: str, source: str = "settings") -> tuple[Place, ...]:
    """All places to which a dotted key leads; several where a part's name chooses the section.

    Raises
    ------
    ConfigError
        No section has the key; the message has the nearest one.
    """
    parts = key.split(".")
    found = tuple(_follow(section, parts, "", {}))
    if not found:
        raise ConfigError(f"{source}: {key}: unknown key{_nearest(section, parts)}")
    return found


def with_values(base: Settings, values: Mapping[str, Any], source: str = "settings") -> Settings:
    """A copy of plain data with values at dotted keys; sections on the way are made.

    Raises
    ------
    ConfigError
        A key on the way is not a section, or a list has no such item.
    """
    found = deepcopy(base)
    for key, value in values.items():
        _set(found, key.split("."), deepcopy(value), f"{source}: {key}")
    return found


def value_at(base: Mapping[str, Any], key: str) -> Any:
    """The value at a dotted key, None where there is none."""
    found: Any = base
    for part in key.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _set(found: Any, parts: Sequence[str], value: Any, where: str) -> None:
    for part in parts[:-1]:
        found = found[_item(found, part, where)] if isinstance(found, list) else _sub(found, part)
        if not isinstance(found, dict | list):
            raise ConfigError(f"{where}: {part}: expected a section, got {show(found)}")
    found[_item(found, parts[-1], where) if isinstance(found, list) else parts[-1]] = value


def _sub(found: Settings, part: str) -> Any:
    if found.get(part) is None:
        found[part] = {}
    return found[part]


def _item(found: Sequence[Any], part: str, where: str) -> int:
    if not part.isdecimal() or int(part) >= len(found):
        raise ConfigError(f"{where}: expected an item from 0 to {len(found) - 1}, got {part}")
    return int(part)


def _follow(
    kind: Any, parts: Sequence[str], path: str, when: Mapping[str, str], marks: tuple[Any, ...] = ()
) -> Iterator[Place]:
    """Places below a kind of value."""
    if get_origin(kind) is Annotated:
        inner, *own = get_args(kind)
        chooser = next((mark for mark in own if isinstance(mark, SectionOf)), None)
        if chooser is None or not parts:
            yield from _follow(inner, parts, path, when, (*marks, *own))
            return
        for name in chooser.names():
            chosen = {**when, f"{path}{chooser.key}": name}
            yield from _follow(chooser.section(name), parts, path, chosen)
    elif not parts:
        yield Place(kind, when, marks)
    elif get_origin(kind) in (Union, UnionType):
        for branch in get_args(kind):
            yield from _follow(branch, parts, path, when)
    else:
        yield from _step(kind, parts, path, when)


def _step(kind: Any, parts: Sequence[str], path: str, when: Mapping[str, str]) -> Iterator[Place]:
    """One key further, into a section, a mapping or a list."""
    below = f"{path}{parts[0]}."
    if isinstance(kind, type) and issubclass(kind, Section):
        field = kind.model_fields.get(parts[0])
        if field is not None:
            inner = field.annotation
            inner = _annotated[(inner, *field.metadata)] if field.metadata else inner
            yield from _follow(inner, parts[1:], below, when)
    elif get_origin(kind) is dict:
        yield from _follow(get_args(kind)[1], parts[1:], below, when)
    elif get_origin(kind) is tuple and parts[0].isdecimal():
        yield from _follow(get_args(kind)[0], parts[1:], below, when)


def _plain(kind: Any) -> Iterator[Any]:
    """Kinds of single values, those of items included."""
    if get_origin(kind) is Annotated:
        yield from _plain(get_args(kind)[0])
    elif get_args(kind):
        for inner in get_args(kind):
            yield from _plain(inner)
    else:
        yield kind


def _nearest(section: type[Section], parts: Sequence[str]) -> str:
    """The nearest key of the deepest section that the parts lead to."""
    for depth in range(len(parts), 0, -1):
        known = sorted(_known(section, parts[: depth - 1]))
        if known:
            near = difflib.get_close_matches(parts[depth - 1], known, n=1, cutoff=0.5)
            if near:
                meant = ".".join([*parts[: depth - 1], near[0], *parts[depth:]])
                return f"; did you mean {meant!r}?"
            return f"; known are {', '.join('.'.join([*parts[: depth - 1], k]) for k in known)}"
    return ""


def _known(section: type[Section], parts: Sequence[str]) -> set[str]:
    """Keys of the sections to which some parts lead."""
    found: set[str] = set()
    for place in _follow(section, parts, "", {}):
        chooser = next((mark for mark in place.marks if isinstance(mark, SectionOf)), None)
        kinds = [place.kind] if chooser is None else map(chooser.section, chooser.names())
        for kind in kinds:
            if isinstance(kind, type) and issubclass(kind, Section):
                found |= set(kind.model_fields)
    return found
