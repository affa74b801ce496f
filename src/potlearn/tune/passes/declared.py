"""Which settings need a pass over the data, by the declarations of the parts that have them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin, get_type_hints

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
    inner = _section(hints[name])
    if inner is None:
        return False
    within = given.get(name) if isinstance(given.get(name), Mapping) else None
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


@cache
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls, include_extras=True)


def _holds(mark: ByLedger, cls: type, settings: Mapping[str, Any]) -> bool:
    if not mark.key:
        return True
    value = settings.get(mark.key)
    return bool((getattr(cls, mark.key, None) if value is None else value) == mark.value)


def _marks(hint: Any) -> Iterator[ByLedger]:
    """Declarations in an annotation, also of one of several kinds (``X | None``)."""
    if get_origin(hint) is Annotated:
        yield from (mark for mark in hint.__metadata__ if isinstance(mark, ByLedger))
        yield from _marks(get_args(hint)[0])
    elif get_origin(hint) in (Union, UnionType):
        for kind in get_args(hint):
            yield from _marks(kind)


def _section(hint: Any) -> type | None:
    """The class of the settings inside, if they have one."""
    if get_origin(hint) is Annotated or get_origin(hint) in (Union, UnionType):
        kinds = get_args(hint)[:1] if get_origin(hint) is Annotated else get_args(hint)
        return next((found for kind in kinds if (found := _section(kind)) is not None), None)
    return hint if isinstance(hint, type) and hasattr(hint, "model_fields") else None
