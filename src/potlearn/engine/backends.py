"""Table of backends: what evaluates a basis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from potlearn.engine.basis import Basis
from potlearn.errors import ConfigError
from potlearn.registry import Registry
from potlearn.runtime.xla import has_accelerator

if TYPE_CHECKING:
    from potlearn.engine.engine import Engine
    from potlearn.engine.jax.engine import JaxEngine

BACKENDS: Registry[type[Engine] | type[JaxEngine]] = Registry(
    "backend",
    ConfigError,
    {
        "native": "potlearn.engine.engine:Engine",
        "jax": "potlearn.engine.jax.engine:JaxEngine",
    },
)


def backend_for(basis: Basis, name: str = "auto") -> Engine | JaxEngine:
    """An engine for a basis.

    Parameters
    ----------
    basis : Basis
    name : {"auto", "native", "jax"}
        ``native`` is the compiled engine for CPUs, ``jax`` is
        :class:`~potlearn.engine.jax.JaxEngine` in double precision.  ``auto`` takes ``jax`` where
        JAX's default device is a GPU or TPU, and ``native`` everywhere else: on CPUs it is faster,
        and nothing has to be compiled.  Where JAX is not installed, or only for CPUs, ``auto``
        does not load it.

    Raises
    ------
    ConfigError
        Another name, or JAX finds no device of the platforms that ``JAX_PLATFORMS`` names.
    MissingExtraError
        ``jax``, and JAX is not installed.
    """
    if name == "auto":
        name = "jax" if has_accelerator() else "native"
    return BACKENDS.load(name)(basis)
