"""The watches by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from potlearn.errors import DynamicsError
from potlearn.registry import Registry
from potlearn.runtime import check_fields
from potlearn.workflows.dynamics.watches.base import Watch

WATCHES: Registry[type[Watch]] = Registry(
    "watch",
    DynamicsError,
    {
        "exploding": "potlearn.workflows.dynamics.watches.exploding:Exploding",
        "lost": "potlearn.workflows.dynamics.watches.lost:Lost",
        "drift": "potlearn.workflows.dynamics.watches.drift:Drift",
        "gamma": "potlearn.workflows.dynamics.watches.grade:Grade",
        "force_std": "potlearn.workflows.dynamics.watches.force_std:ForceStd",
    },
)
"""Watches by name."""
USUAL = ("exploding", "lost", "drift")
"""Watches that suit every potential; `potlearn md` has them unless they are switched off."""


def make_watch(name: str, given: Any) -> Watch:
    """A watch from plain data.

    Parameters
    ----------
    name : str
    given : bool, float or mapping
        True: as it is by default; a number: its limit; or its settings by name.

    Raises
    ------
    DynamicsError
        No such watch, or settings that it does not have.
    """
    cls: Any = WATCHES.load(name)
    names = [field.name for field in fields(cls)]
    if isinstance(given, bool | None):
        settings = {}
    else:
        settings = dict(given) if isinstance(given, Mapping) else {names[0]: given}
    if unknown := [key for key in settings if key not in names]:
        raise DynamicsError(
            f"watch: {name}: unknown key {unknown[0]!r}; expected one of {', '.join(names)}"
        )
    required = next(iter(fields(cls)))
    if required.default is MISSING and required.name not in settings:
        raise DynamicsError(f"watch: {name}: missing '{required.name}'")
    made: Watch = cls(**settings)
    check_fields(made, f"watch: {name}", DynamicsError)
    return made
