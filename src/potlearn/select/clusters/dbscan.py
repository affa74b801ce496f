r"""Draws from the clusters of DBSCAN.

Rows with ``min_samples`` rows within ``eps`` are cores; cores within ``eps`` of each other, and
what is within ``eps`` of them, make a cluster; the rest is noise (Ester et al., A density-based
algorithm for discovering clusters, 1996).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from potlearn.select.clusters.density import DensityClusters
from potlearn.select.clusters.scikit import scikit
from potlearn.select.limits import MOST_NUMBERS, check_memory
from potlearn.select.parameters import check_count, check_number
from potlearn.select.ties import TIE
from potlearn.select.vectors import squared_distances
from potlearn.typing import Array, Indices

# Rows whose neighbours tell the default radius, and the part of them that shall be cores.
SAMPLE, CORES = 500, 0.9


@dataclass(frozen=True)
class DBSCAN(DensityClusters):
    """Choose rows of every cluster of DBSCAN.

    Parameters
    ----------
    n_to_select : int
        Number k of rows.
    eps : float, optional
        Radius; by default 90 % of (up to 500) rows have ``min_samples`` rows within it.
    min_samples : int
        Rows within the radius, itself included, that make a core.
    allocation, keep_noise, random_state :
        See :class:`~potlearn.select.clusters.density.DensityClusters`.
    """

    eps: float | None = None
    min_samples: int = 5

    @override
    def check(self, n: int) -> None:
        super().check(n)
        check_count("min_samples", self.min_samples)
        if self.eps is not None:
            check_number("eps", self.eps)

    @override
    def clusters(self, X: Array) -> NDArray[np.int64]:
        eps = (self.eps or _radius(X, self.min_samples)) * (1 + TIE)
        _check_pairs(X, eps)
        with scikit("cluster", "DBSCAN") as cluster:
            fitted = cluster.DBSCAN(eps=eps, min_samples=self.min_samples).fit(X)
        return np.asarray(fitted.labels_, np.int64)


def _check_pairs(X: Array, eps: float) -> None:
    """SelectionError where too many pairs of rows are within the radius: all are held at once."""
    n = len(X)
    if 2.0 * n**2 <= MOST_NUMBERS:
        return
    centred = X - X.mean(axis=0)
    counts = [
        (squared_distances(centred[part], centred) <= eps**2).sum()
        for part in np.array_split(_sample(n), 50)
    ]
    each = float(np.sum(counts)) / len(_sample(n))
    check_memory(
        2.0 * n * each,
        f"{each:.0f} neighbours within eps = {eps:.4g} of each of {n} rows",
        "give a smaller eps, or wrap DBSCAN in Hierarchical",
    )


def _sample(n: int) -> Indices:
    """Numbers of some rows at equal steps."""
    return np.unique(np.linspace(0, n - 1, min(n, SAMPLE)).round().astype(int))


def _radius(X: Array, n_neighbours: int) -> float:
    """Radius within which most rows have as many neighbours; 1 if all rows are equal."""
    centred = X - X.mean(axis=0)
    sample = _sample(len(X))
    nearest = min(n_neighbours, len(X)) - 1
    squares = np.concatenate(
        [
            np.partition(squared_distances(centred[part], centred), nearest, axis=1)[:, nearest]
            for part in np.array_split(sample, max(1, len(sample) // 50))
        ]
    )
    # A little wider than the distance itself, which is known to rounding.
    return float(np.sqrt(np.quantile(squares, CORES))) * (1 + 1e-9) or 1.0
