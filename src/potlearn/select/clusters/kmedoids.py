r"""k-medoids: k rows that minimise the distances of all rows to the nearest of them.

.. math::
    \min_{S} \sum_i w_i \min_{s \in S} |x_i - x_s|

by turns of assignment and of the best medoid of each cluster (Park & Jun, A simple and fast
algorithm for k-medoids clustering, 2009), from medoids seeded after k-means++.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from typing_extensions import override

from potlearn.select.clusters.representatives import assigned, check_filled, shares
from potlearn.select.clusters.scikit import legacy_seed, scikit
from potlearn.select.parameters import check_count
from potlearn.select.rows import Rows
from potlearn.select.run import Run
from potlearn.select.seeds import Seed
from potlearn.select.selection import Selection
from potlearn.select.selector import Labels, Sized
from potlearn.select.ties import first_smallest, in_order
from potlearn.select.vectors import squared_distances, squared_norms
from potlearn.typing import Array, Indices

# Rows of a cluster, nearest to its mean, that may become its medoid.
CANDIDATES = 500
# Members whose distances from all candidates are held at once (400 MB).
MEMBERS = 100_000


@dataclass(frozen=True)
class KMedoids(Sized):
    """Choose k medoids; scores are the clusters' shares of all rows.

    Parameters
    ----------
    n_to_select : int
        Number k of rows.
    max_iter : int
        Turns, at most.
    random_state : int, Generator or SeedSequence
        Draws the first medoids.
    """

    max_iter: int = 50
    random_state: Seed = 0

    copies: ClassVar[bool] = False

    @override
    def check(self, n: int) -> None:
        super().check(n)
        check_count("max_iter", self.max_iter)

    @override
    def choose(self, rows: Rows, labels: Labels | None, run: Run) -> Selection:
        return self.choose_weighted(rows, np.ones(rows.shape[0]), run)

    @override
    def stands_for(self, selection: Selection, weights: Array) -> Array:
        return np.asarray(selection.scores * weights.sum())

    @override
    def choose_weighted(self, rows: Rows, weights: Array, run: Run) -> Selection:
        X = rows.read()
        X = X - X.mean(axis=0)
        with scikit("cluster", "KMedoids") as cluster:
            _, medoids = cluster.kmeans_plusplus(
                X, self.n_to_select, sample_weight=weights, random_state=legacy_seed(run.rng(0))
            )
        for _ in range(self.max_iter):
            labels = _assigned(X, medoids)
            check_filled(len(np.unique(labels)), len(medoids))
            moved = np.array(
                [_medoid(X, np.flatnonzero(labels == j), weights, m) for j, m in enumerate(medoids)]
            )
            if np.array_equal(moved, medoids):
                break
            medoids = moved
        return Selection.of(medoids, shares(_assigned(X, medoids), weights, len(medoids)))


def _assigned(X: Array, medoids: Indices) -> Indices:
    """Nearest medoid of each row; a medoid belongs to itself unless it is equal to another."""
    labels = assigned(X, X[medoids])
    labels[medoids] = squared_distances(X[medoids], X[medoids]).argmin(axis=1)
    return labels


def _medoid(X: Array, members: Indices, mass: Array, medoid: int) -> int:
    """Row of a cluster with the least distance to all of it; the old one unless another is better.

    Of large clusters only rows near the mean are tried.
    """
    rows = X[members]
    centre = np.average(rows, axis=0, weights=mass[members])
    lengths = np.sqrt(squared_norms(rows - centre))
    near = np.sort(in_order(lengths, float(np.abs(rows).max()))[:CANDIDATES])
    candidates = np.concatenate([np.flatnonzero(members == medoid), near])
    costs = np.zeros(len(candidates))
    for start in range(0, len(rows), MEMBERS):
        part = slice(start, start + MEMBERS)
        squares = squared_distances(rows[candidates], rows[part])
        squares[candidates[:, None] == np.arange(len(rows))[part]] = 0.0
        costs += np.sqrt(squares) @ mass[members[part]]
    return int(members[candidates[first_smallest(costs)]])
