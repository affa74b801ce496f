"""Fast, accurate, trustworthy interatomic potentials from labelled configurations.

Units are eV, Å, eV/Å³, K, fs and amu; stresses are positive under tension, in the Voigt order
xx yy zz yz xz xy.  Names are loaded when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_EXPORTS = {
    "Dataset": "potlearn.data",
    "LabelKeys": "potlearn.data",
    "Labels": "potlearn.data",
    "from_atoms": "potlearn.data",
    "grouped_split": "potlearn.data",
    "k_folds": "potlearn.data",
    "random_split": "potlearn.data",
    "read": "potlearn.data",
    "stratified_split": "potlearn.data",
}

__all__ = ["__version__", *_EXPORTS]  # noqa: PLE0604

if TYPE_CHECKING:
    from potlearn.data import (
        Dataset,
        LabelKeys,
        Labels,
        from_atoms,
        grouped_split,
        k_folds,
        random_split,
        read,
        stratified_split,
    )


def __getattr__(name: str) -> Any:
    """Load an exported name from its room (PEP 562)."""
    if name not in _EXPORTS:
        raise AttributeError(f"module 'potlearn' has no attribute {name!r}")
    value = getattr(import_module(_EXPORTS[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
