r"""Features on a common scale.

============  ===============================================================================
``standard``  :math:`(x - \mu) / \sigma` of every column; constant columns become zero
``whiten``    principal components of the standardised columns, each of variance one; those
              below ``1e-10`` of the largest variance are left out
``none``      as they are
============  ===============================================================================

Moments are gathered block by block, so that a memory-mapped matrix is never in memory at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from pathlib import Path

import numpy as np

from potlearn.data import Standardiser
from potlearn.errors import DataError
from potlearn.features.mapped import new_matrix
from potlearn.select.vectors import oriented
from potlearn.typing import Array

SCALINGS = ("standard", "whiten", "none")
# Rows at once; variances below this part of the largest are rounding.
BLOCK, SMALLEST = 4096, 1e-10


def scaled(
    features: Array,
    scaling: str = "standard",
    path: str | Path | None = None,
    reference: Array | None = None,
) -> Array:
    """Scaled features, (n, F') float64; in a memory-mapped ``path`` (``.npy``) if it is given.

    Moments are those of ``reference`` (m, F), by default of the features themselves.

    Raises
    ------
    DataError
        Unknown scaling, or features that are not finite.
    """
    if scaling not in SCALINGS:
        raise DataError(f"unknown scaling {scaling!r}; expected one of {', '.join(SCALINGS)}")
    if scaling == "none":
        return features
    of = features if reference is None else reference
    standard = Standardiser.fit(of[a:b] for a, b in _blocks(len(of)))
    axes = _axes(of, standard) if scaling == "whiten" else None
    width = features.shape[1] if axes is None else axes.shape[1]
    out = _output((len(features), width), path)
    for a, b in _blocks(len(features)):
        rows = standard.transform(features[a:b])
        out[a:b] = rows if axes is None else rows @ axes
    return out


def _axes(features: Array, standard: Standardiser) -> Array:
    """Axes of the standardised columns' principal components, over their deviations."""

    def triangle(above: Array, span: tuple[int, int]) -> Array:
        rows = standard.transform(features[slice(*span)])
        return np.asarray(np.linalg.qr(np.vstack([above, rows]), mode="r"))

    start = np.zeros((0, features.shape[1]))
    R = reduce(triangle, _blocks(len(features)), start)
    _, values, right = np.linalg.svd(R, full_matrices=False)
    kept = values**2 > SMALLEST * max(float(values[0]) ** 2, 1e-300)
    if not kept.any():
        raise DataError("features are the same for all rows: there is nothing to tell them by")
    return np.asarray(oriented(right[kept].T) * (np.sqrt(len(features)) / values[kept]))


def _output(shape: tuple[int, int], path: str | Path | None) -> Array:
    if path is None:
        return np.empty(shape)
    return new_matrix(path, shape)


def _blocks(n: int) -> Iterator[tuple[int, int]]:
    return ((a, min(a + BLOCK, n)) for a in range(0, n, BLOCK))
