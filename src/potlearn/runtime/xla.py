"""JAX's precision and devices, without a change of its global settings."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from potlearn.errors import ConfigError

# Packages that bring devices other than CPUs to JAX.
PLUGINS = ("jax_plugins", "libtpu")


def double_precision(jax: ModuleType) -> AbstractContextManager[Any]:
    """A context in which JAX computes in double precision; its global setting is left as it is."""
    holder = jax if hasattr(jax, "enable_x64") else import_module("jax.experimental")
    context: AbstractContextManager[Any] = holder.enable_x64(True)  # the older name
    return context


def has_accelerator() -> bool:
    """Whether JAX's default device is a GPU or TPU.

    JAX is not loaded where it is not installed, or has no package for other devices than CPUs.

    Raises
    ------
    ConfigError
        JAX finds no device of the platforms that ``JAX_PLATFORMS`` names.
    """
    if find_spec("jax") is None:
        return False
    if "jax" not in sys.modules and not any(find_spec(name) for name in PLUGINS):
        return False
    try:
        return str(import_module("jax").default_backend()) != "cpu"
    except RuntimeError as error:
        raise ConfigError(f"JAX finds no device to compute on: {error}") from None
