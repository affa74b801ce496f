"""Sections made from classes: a part's settings are described once, in its own file.

The fields of a dataclass (or the keys of a ``TypedDict``) are the keys of its section: their names,
types and bounds (``Annotated[int, Ge(1)]``); the text below a field says what it means.  A field
with a default may be absent, and is then left to the class.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache, reduce
from operator import or_
from types import GenericAlias, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import BeforeValidator, create_model
from typing_extensions import is_typeddict

from potlearn.tasks.settings.section import Section, as_tuple

_annotated: Any = Annotated  # subscripted by values that a type checker cannot know


@cache
def section_of(cls: type, name: str, base: type[Section] = Section) -> type[Section]:
    """Section ``name`` with the settings of a class, beside the keys that ``base`` has.

    The settings of a dataclass are those of its fields that are compared.
    """
    hints = get_type_hints(cls, include_extras=True)
    keys: dict[str, Any] = {}
    for key, required in _settings(cls).items():
        if key not in base.model_fields:
            kind = _kind(hints[key])
            keys[key] = (kind, ...) if required else (kind | None, None)
    text = (inspect.getdoc(cls) or name).split("\n\n")[0]
    made = create_model(name, __base__=base, __module__=cls.__module__, __doc__=text, **keys)
    made.described = cls
    return made


def _settings(cls: type) -> dict[str, bool]:
    """Names of the settings, and whether they must be given."""
    if is_typeddict(cls):
        required: frozenset[str] = cls.__dict__["__required_keys__"]
        return {key: key in required for key in get_type_hints(cls)}
    if not is_dataclass(cls):
        raise TypeError(f"{cls.__qualname__}: expected a dataclass or a TypedDict")
    return {field.name: _is_required(field) for field in fields(cls) if field.compare}


def _is_required(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _kind(hint: Any) -> Any:
    """The type of a value in a file for a type of a field."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _annotated[(_kind(inner[0]), *inner[1:])]
    if origin in (Union, UnionType):
        return reduce(or_, map(_kind, inner))
    if origin is tuple or origin is Sequence:
        items = GenericAlias(tuple, (_kind(inner[0]), ...))
        return _annotated[items, BeforeValidator(as_tuple)]
    if origin is Mapping or origin is dict:
        return GenericAlias(dict, (inner[0], _kind(inner[1])))
    if is_typeddict(hint) or is_dataclass(hint):
        return section_of(hint, section_name(hint.__name__))
    return hint


def section_name(name: str) -> str:
    """Name of the section of a class, such as ``RadialConfig`` of ``RadialSettings``."""
    return f"{name.removesuffix('Settings')}Config"
