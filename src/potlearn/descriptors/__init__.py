"""Descriptor families: each builds radial tables and a polynomial program for the engine."""

from .ace import ACE
from .pod import POD
from .protocol import Descriptor, DesignRows

__all__ = ["ACE", "POD", "Descriptor", "DesignRows", "descriptor_from_dict"]

FAMILIES: dict[str, type[ACE] | type[POD]] = {"ace": ACE, "pod": POD}


def descriptor_from_dict(settings: dict[str, object]) -> Descriptor:
    """The descriptor that ``Descriptor.to_dict`` described."""
    from ..errors import BasisError

    settings = dict(settings)
    family = settings.pop("family", None)
    if family not in FAMILIES:
        raise BasisError(f"descriptor family: expected one of {sorted(FAMILIES)}, got {family!r}")
    return FAMILIES[str(family)].from_dict(settings)
