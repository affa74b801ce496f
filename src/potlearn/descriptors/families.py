"""Every descriptor family by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from potlearn.descriptors.base import Descriptor
from potlearn.errors import BasisError
from potlearn.registry import Registry

FAMILIES: Registry[type[Any]] = Registry(
    "descriptor family",
    BasisError,
    {
        "ace": "potlearn.descriptors.ace.descriptor:ACE",
        "pod": "potlearn.descriptors.pod.descriptor:POD",
    },
)


def descriptor_from_dict(settings: Mapping[str, Any]) -> Descriptor:
    """The descriptor that ``Descriptor.to_dict`` described."""
    given = dict(settings)
    found: Descriptor = FAMILIES.load(given.pop("family", None)).from_dict(given)
    return found
