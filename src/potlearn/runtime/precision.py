"""JAX's numbers in double precision, for a while."""

from __future__ import annotations

from contextlib import AbstractContextManager
from importlib import import_module
from types import ModuleType
from typing import Any


def double_precision(jax: ModuleType) -> AbstractContextManager[Any]:
    """A context in which JAX computes in double precision; its global setting is left as it is."""
    holder = jax if hasattr(jax, "enable_x64") else import_module("jax.experimental")
    context: AbstractContextManager[Any] = holder.enable_x64(True)  # the older name
    return context
