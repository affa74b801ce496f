"""Which settings need a pass over the data, by the declarations of the parts that have them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Protocol,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    runtime_checkable,
)

from potlearn.errors import ConfigError
from potlearn.typing import ByLedger, Settings

if TYPE_CHECKING:
    from potlearn.descriptors import Descriptor


def by_ledger(cls: type, key: str, settings: Mapping[str, Any] | None = None) -> bool:
    """Whether fits that differ in one setting share a pass over the data.

    The setting's own declaration says so (:class:`~potlearn.typing.ByLedger` in its annotation),
    that of a section around it, or those of all settings in it.  Without any, it needs a pass.

    Parameters
    ----------
    cls : type
        Section of settings, or class of a part: a model of pydantic, a dataclass, a ``TypedDict``.
    key : str
        Such as ``"weights.groups.liquid.energy"``.
    settings : mapping, optional
        The other settings, some declarations depend on them; those absent have their defaults.

    Raises
    ------
    ConfigError
        A key that the class does not have.
    """
    name, _, rest = key.partition(".")
    hints, given = _hints(cls), settings or {}
    if name not in hints:
        raise ConfigError(f"{cls.__name__} has no setting {name!r}; it has {', '.join(hints)}")
    if any(_holds(mark, cls, given) for mark in _marks(hints[name])):
        return True
    within = given.get(name)
    within = within if isinstance(within, Mapping) else {}
    inner = _section(hints[name], within)
    if inner is None:
        return False
    return all(by_ledger(inner, part, within) for part in ([rest] if rest else _hints(inner)))


def pass_settings(descriptor: Descriptor) -> Settings:
    """The settings of a descriptor that need a pass: all that its class does not declare otherwise.

    Descriptors that agree in them have rows in common: the functions of the same names.
    """
    settings, cls = descriptor.to_dict(), type(descriptor)
    known = _hints(cls)
    return {
        key: value
        for key, value in settings.items()
        if key not in known or not by_ledger(cls, key, settings)
    }


def can_be_united(descriptor: Descriptor) -> bool:
    """Whether other descriptors can have a pass in common with this one."""
    return len(pass_settings(descriptor)) < len(descriptor.to_dict())


@runtime_checkable
class ChoosesSection(Protocol):
    """Annotation of a section whose kind is the value of one of its keys."""

    key: str
    default: str | None

    def section(self, name: str, /) -> type:
        """The section of that value."""


@cache
def _hints(cls: type) -> dict[str, Any]:
    """Annotations of the settings of a class."""
    hints = get_type_hints(cls, include_extras=True)
    return {name: hints[name] for name in getattr(cls, "model_fields", hints)}


def _holds(mark: ByLedger, cls: type, settings: Mapping[str, Any]) -> bool:
    if not mark.key:
        return True
    value = settings.get(mark.key)
    if value is None:  # the default, of the class that a section was made from
        value = getattr(getattr(cls, "described", None) or cls, mark.key, None)
    return bool(value == mark.value)


def _marks(hint: Any) -> Iterator[ByLedger]:
    """Declarations in an annotation, also of one of several kinds (``X | None``)."""
    if get_origin(hint) is Annotated:
        yield from (mark for mark in hint.__metadata__ if isinstance(mark, ByLedger))
    for kind in _kinds(hint):
        yield from _marks(kind)


def _section(hint: Any, settings: Mapping[str, Any]) -> type | None:
    """The class of the settings inside, if they have one."""
    for mark in getattr(hint, "__metadata__", ()):
        if isinstance(mark, ChoosesSection):
            name = settings.get(mark.key, mark.default)
            return None if name is None else mark.section(name)
    found = (_section(kind, settings) for kind in _kinds(hint))
    inner = next((section for section in found if section is not None), None)
    return hint if hasattr(hint, "model_fields") else inner


def _kinds(hint: Any) -> tuple[Any, ...]:
    """What an annotation is made of: the kind that is annotated, or one of several."""
    if get_origin(hint) is Annotated:
        return get_args(hint)[:1]
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else ()
