"""Descriptor families: each builds radial tables and a polynomial program for the engine."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .protocol import Descriptor, DesignRows

if TYPE_CHECKING:
    from .ace import ACE as ACE
    from .pod import POD as POD

__all__ = ["ACE", "POD", "Descriptor", "DesignRows", "descriptor_from_dict"]

FAMILIES = {"ace": "ACE", "pod": "POD"}
"""Name of a family, which is that of its folder, and its class; loaded when it is first used."""


def descriptor_from_dict(settings: dict[str, Any]) -> Descriptor:
    """The descriptor that ``Descriptor.to_dict`` described."""
    from ..errors import BasisError

    settings = dict(settings)
    family = settings.pop("family", None)
    if family not in FAMILIES:
        raise BasisError(f"descriptor family: expected one of {sorted(FAMILIES)}, got {family!r}")
    found: Descriptor = __getattr__(FAMILIES[family]).from_dict(settings)
    return found


def __getattr__(name: str) -> Any:
    for family, class_name in FAMILIES.items():
        if name == class_name:
            return getattr(import_module(f".{family}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
