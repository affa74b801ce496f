"""Table of compressors: a class in a file of its own, and one row here."""

from __future__ import annotations

from typing import Any

from potlearn.compress.base import Compressor
from potlearn.errors import FitError
from potlearn.registry import Registry

COMPRESSORS: Registry[type[Any]] = Registry(
    "compression method",
    FitError,
    {
        "backward": "potlearn.compress.methods.backward:Backward",
        "omp": "potlearn.compress.methods.omp:OMP",
        "qr": "potlearn.compress.methods.qr:PivotedQR",
        "cur": "potlearn.compress.methods.cur:CUR",
        "leverage": "potlearn.compress.methods.leverage:Leverage",
        "ard": "potlearn.compress.methods.ard:Relevance",
        "pca": "potlearn.compress.methods.pca:PCA",
        "active_subspace": "potlearn.compress.methods.active_subspace:ActiveSubspace",
    },
)
DEFAULT = "backward"


def make_compressor(method: str | Compressor = DEFAULT, **options: Any) -> Compressor:
    """Compressor from its name in :data:`COMPRESSORS` and its options; one is passed through.

    Raises
    ------
    FitError
        The table has no such name.
    """
    if not isinstance(method, str):
        return method
    found: Compressor = COMPRESSORS.load(method)(**options)
    return found
