r"""Stratified choice after BIRCH clustering of principal components (DIRECT).

Columns are brought to unit variance, components of more variance than a column are kept and
weighted by their variance, BIRCH makes the clusters, and each gives rows from its centre outward
(Qi, Ko, Wood, Pham & Ong, Robust training of machine learning interatomic potentials with
dimensionality reduction and stratified sampling, 2024).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from potlearn.errors import TooFewError
from potlearn.select.clusters.scikit import scikit
from potlearn.select.parameters import check_count
from potlearn.select.rows import Rows
from potlearn.select.run import Run
from potlearn.select.sampling.quotas import quotas
from potlearn.select.selection import Selection
from potlearn.select.selector import Labels, Sized
from potlearn.select.ties import in_order
from potlearn.select.vectors import oriented, squared_norms
from potlearn.typing import Array

# Leaves of the tree for each cluster, at most, and trials of its threshold.
SURPLUS, TRIALS = 4, 22
# Part of a variance, or of the spread of a column, that is rounding.
EQUAL = 1e-12


@dataclass(frozen=True)
class DIRECT(Sized):
    """Choose rows of every BIRCH cluster; scores are the clusters' shares of all rows.

    Parameters
    ----------
    n_to_select : int
        Number k of rows.
    n_per_cluster : int
        Rows of each cluster: there are k over this many clusters.
    """

    n_per_cluster: int = 1

    @override
    def check(self, n: int) -> None:
        super().check(n)
        check_count("n_per_cluster", self.n_per_cluster)

    @override
    def choose(self, rows: Rows, labels: Labels | None, run: Run) -> Selection:
        Z = weighted_components(rows.read())
        n_clusters = -(-self.n_to_select // self.n_per_cluster)
        found = _birch(Z, n_clusters)
        sizes = np.bincount(found)
        chosen, scores = [], []
        for g, count in enumerate(quotas(sizes.tolist(), self.n_to_select, "equal")):
            chosen.append(_outward(Z, np.flatnonzero(found == g), int(count)))
            scores.append(np.full(count, sizes[g] / len(Z)))
        return Selection.of(np.concatenate(chosen), np.concatenate(scores))


def weighted_components(X: Array) -> Array:
    """Principal components of standardised columns with variance above 1, times their variance.

    The first is always kept; constant columns have no part.
    """
    X = X - X.mean(axis=0)
    spread = np.sqrt((X**2).mean(axis=0))
    varies = spread > EQUAL * max(float(spread.max()), 1e-300)
    if not varies.any():
        return np.zeros((len(X), 1))
    X = X[:, varies] / spread[varies]
    variances, axes = _principal(X)
    kept = variances > min(1.0 + EQUAL, variances[-1] * (1 - EQUAL))
    return np.asarray(X @ oriented(axes[:, kept]) * variances[kept])


def _principal(X: Array) -> tuple[Array, Array]:
    """Variances, ascending, and principal axes of rows; of many columns by the smaller matrix."""
    if len(X) >= X.shape[1]:
        return np.linalg.eigh(X.T @ X / len(X))
    variances, vectors = np.linalg.eigh(X @ X.T / len(X))
    found = np.maximum(variances, EQUAL * variances[-1])
    return variances, X.T @ (vectors / np.sqrt(len(X) * found))


def _birch(Z: Array, n_clusters: int) -> NDArray[np.int64]:
    """Cluster of each row."""
    if n_clusters == 1:
        return np.zeros(len(Z), np.int64)
    with scikit("cluster", "DIRECT") as cluster:
        tree = _tree(cluster, Z, n_clusters)
        tree.set_params(n_clusters=n_clusters)
        tree.partial_fit()
        return np.asarray(np.unique(tree.predict(Z), return_inverse=True)[1], np.int64)


def _tree(cluster: Any, Z: Array, n_clusters: int) -> Any:
    """BIRCH tree with enough leaves, and not many times as many: its threshold is bisected.

    Raises
    ------
    TooFewError
        Leaves do not suffice at a millionth of the spread of the rows.
    """
    high = float(np.sqrt(squared_norms(Z).mean())) or 1.0
    low, floor = 0.0, 1e-6 * high
    found = None
    for _ in range(TRIALS):
        threshold = (low + high) / 2
        tree = cluster.Birch(threshold=threshold, n_clusters=None).fit(Z)
        leaves = len(tree.subcluster_centers_)
        if leaves < n_clusters:
            high = threshold
        else:
            low, found = threshold, tree
        if n_clusters <= leaves <= max(SURPLUS * n_clusters, 50) or threshold < floor:
            break
    if found is None:
        raise TooFewError(
            f"n_to_select is {n_clusters}, but rows make {leaves} distinct clusters only", leaves
        )
    return found


def _outward(Z: Array, members: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Rows of a cluster from its centre outward, at equal steps of rank."""
    rows = Z[members]
    distances = np.sqrt(squared_norms(rows - rows.mean(axis=0)))
    order = members[in_order(distances, float(np.abs(Z).max()))]
    return np.asarray(order[(np.arange(count) * len(members)) // max(count, 1)])
