r"""Draws from the clusters of HDBSCAN.

DBSCAN for all radii at once: clusters are those that persist over the widest range of densities
(Campello, Moulavi & Sander, Density-based clustering based on hierarchical density estimates,
2013).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from potlearn.errors import SelectionError
from potlearn.select.clusters.density import DensityClusters
from potlearn.select.clusters.scikit import scikit
from potlearn.select.limits import check_memory
from potlearn.select.parameters import check_count, is_integer, shown
from potlearn.typing import Array


@dataclass(frozen=True)
class HDBSCAN(DensityClusters):
    """Choose rows of every cluster of HDBSCAN.

    Parameters
    ----------
    n_to_select : int
        Number k of rows.
    min_cluster_size : int
        Rows of the smallest cluster, 2 or more.
    min_samples : int, optional
        Neighbours that the density of a row is taken from; by default ``min_cluster_size``.
    allocation, keep_noise, random_state :
        See :class:`~potlearn.select.clusters.density.DensityClusters`.
    """

    min_cluster_size: int = 5
    min_samples: int | None = None

    @override
    def check(self, n: int) -> None:
        super().check(n)
        self._check_sizes()
        near = min(self.min_samples or self.min_cluster_size, n)
        what = f"{near} neighbours of each of {n} rows"
        check_memory(2.0 * n * near, what, "give a smaller min_samples")

    def _check_sizes(self) -> None:
        if self.min_samples is not None:
            check_count("min_samples", self.min_samples)
        least = self.min_cluster_size
        if not is_integer(least) or least < 2:
            raise SelectionError(f"min_cluster_size is {shown(least)}; expected 2 or more")

    @override
    def clusters(self, X: Array) -> NDArray[np.int64]:
        if len(X) < max(self.min_cluster_size, self.min_samples or 0, 2):
            return np.full(len(X), -1, np.int64)
        with scikit("cluster", "HDBSCAN") as cluster:
            fitted = cluster.HDBSCAN(
                min_cluster_size=self.min_cluster_size, min_samples=self.min_samples, copy=True
            ).fit(X)
        return np.asarray(fitted.labels_, np.int64)
