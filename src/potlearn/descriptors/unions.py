"""Bases with the functions of several, by family: what one pass over the data can serve."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from potlearn.descriptors.base import Descriptor
from potlearn.errors import BasisError
from potlearn.registry import Registry

UNIONS: Registry[Callable[[Sequence[Any]], Descriptor]] = Registry(
    "union of bases",
    BasisError,
    {
        "ace": "potlearn.descriptors.ace.united:united",
        "pod": "potlearn.descriptors.pod.united:united",
    },
)


def united(members: Sequence[Descriptor]) -> Descriptor | None:
    """A basis of the functions that any of ``members`` has; None if no such basis is known.

    Members differ in nothing but settings that choose among functions
    (:class:`~potlearn.typing.ByLedger`).  Its functions are those of the members, so that equal
    names mean equal functions.
    """
    wanted = dict.fromkeys(name for member in members for name in member.feature_names)
    whole = max(members, key=lambda member: member.n_features)
    if len(wanted) > whole.n_features:
        family = str(whole.to_dict().get("family"))
        if family not in UNIONS:
            return None
        whole = UNIONS[family](members)
    have = set(whole.feature_names)
    return whole if have.issuperset(wanted) else None
