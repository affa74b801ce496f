r"""k-means: the rows nearest to k centres that minimise the squared distances to them.

.. math::
    \min_{c_1 .. c_k} \sum_i \min_j |x_i - c_j|^2

(Lloyd, Least squares quantization in PCM, 1982; centres are seeded after Arthur & Vassilvitskii,
k-means++, 2007).  Up to a chunk of rows scikit-learn does the work; for more it gives the centres
of a sample, which Lloyd's iterations then move in passes over all rows.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import reduce
from typing import Any, ClassVar

import numpy as np
from typing_extensions import override

from potlearn.select.clusters.more_centres import more_centres, random_centres
from potlearn.select.clusters.representatives import check_filled, nearest_to_centres
from potlearn.select.clusters.scikit import legacy_seed, scikit
from potlearn.select.parameters import check_choice, check_count
from potlearn.select.passes import over
from potlearn.select.rows import Rows, blocks
from potlearn.select.run import Run, State
from potlearn.select.seeds import Seed
from potlearn.select.selection import Selection
from potlearn.select.selector import Labels, Sized
from potlearn.select.ties import TIE, first_of_groups, first_smallest_in_rows
from potlearn.select.vectors import squared_norms
from potlearn.typing import Array

# Rows of the sample for each centre, and at least.
SAMPLE, MIN_SAMPLE = 20, 10_000
# Part of the sum of squares that a pass must take off for another to follow.
GAIN = 1e-3


@dataclass(frozen=True)
class KMeans(Sized):
    """Choose the row nearest to each of k centres; scores are the clusters' shares of all rows.

    Parameters
    ----------
    n_to_select : int
        Number k of rows.
    max_iter : int
        Iterations, at most.
    init : str
        ``"k-means++"`` or ``"random"`` centres at first.
    random_state : int, Generator or SeedSequence
        Draws them.
    """

    max_iter: int = 100
    init: str = "k-means++"
    random_state: Seed = 0

    streams: ClassVar[bool] = True

    @override
    def check(self, n: int) -> None:
        super().check(n)
        check_count("max_iter", self.max_iter)
        check_choice("init", self.init, ("k-means++", "random"))

    @override
    def choose(self, rows: Rows, labels: Labels | None, run: Run) -> Selection:
        n = rows.shape[0]
        size = max(SAMPLE * self.n_to_select, MIN_SAMPLE)
        if n <= size:
            return self.choose_weighted(rows, np.ones(n), run)
        sample = np.sort(run.rng(1).choice(n, size, replace=False))
        fitted = self._fitted(rows.take(sample).read(), None, run)
        return self._moved(rows, np.asarray(fitted.cluster_centers_, np.float64), run)

    def choose_beyond(self, rows: Rows, known: Rows, labels: Labels | None, run: Run) -> Selection:
        """Known rows are centres that stay where they are; the others move."""
        n, size = rows.shape[0], max(SAMPLE * self.n_to_select, MIN_SAMPLE)
        rng = run.rng(0)
        sample = rows if n <= size else rows.take(np.sort(rng.choice(n, size, replace=False)))
        X, fixed = sample.read(), known.read()
        k = self.n_to_select
        draw = more_centres if self.init == "k-means++" else random_centres
        return self._moved(rows, np.vstack([fixed, draw(X, fixed, k, rng)]), run, len(fixed))

    @override
    def stands_for(self, selection: Selection, weights: Array) -> Array:
        return np.asarray(selection.scores * weights.sum())

    @override
    def choose_weighted(self, rows: Rows, weights: Array, run: Run) -> Selection:
        X = rows.read()
        fitted = self._fitted(X, weights, run)
        return nearest_to_centres(X, np.asarray(fitted.cluster_centers_, np.float64), weights)

    def _fitted(self, X: Array, weights: Array | None, run: Run) -> Any:
        with scikit("cluster", "KMeans") as cluster, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # fewer distinct rows than centres: its caller says so
            return cluster.KMeans(
                self.n_to_select,
                init=self.init,
                n_init=1,
                max_iter=self.max_iter,
                random_state=legacy_seed(run.rng(0)),
            ).fit(X, sample_weight=weights)

    def _moved(self, rows: Rows, centres: Array, run: Run, n_fixed: int = 0) -> Selection:
        """Lloyd's iterations, each a pass, and the rows nearest to the last centres.

        The first ``n_fixed`` centres stay; the result is from before one of the others lost all
        rows, if they have any.
        """
        before, last = np.inf, None
        for t in range(self.max_iter):
            found = over(rows, _Assignment(centres), run, f"iteration {t}", _merged)
            if n_fixed and last is not None and not found["counts"][n_fixed:].all():
                found = last
                break
            left = float(found["inertia"][0])
            if t == self.max_iter - 1 or left > (1 - GAIN) * before:
                break
            before, counts, last = left, found["counts"][:, None], found
            moved = np.where(counts > 0, found["sums"] / np.maximum(counts, 1.0), centres)
            centres = np.vstack([centres[:n_fixed], moved[n_fixed:]])
        return self._chosen(found, n_fixed)

    def _chosen(self, found: State, n_fixed: int) -> Selection:
        """The rows nearest to the centres that were free to move."""
        counts = found["counts"][n_fixed:]
        check_filled(int((counts > 0).sum()), self.n_to_select)
        return Selection.of(found["nearest"][n_fixed:], counts / found["counts"].sum())


@dataclass(frozen=True)
class _Assignment:
    """Work on a chunk: sums and counts of the rows of each centre, and the nearest one."""

    centres: Array

    def __call__(self, rows: Rows) -> State:
        k = len(self.centres)
        twice, lengths = -2.0 * self.centres.T, squared_norms(self.centres)
        return reduce(_merged, (_assigned(X, twice, lengths, k) for _, X in blocks(rows, 4 * k)))


def _assigned(X: Array, twice: Array, lengths: Array, k: int) -> State:
    """What a block adds, from :math:`-2 c` and :math:`c^2`."""
    scores = X @ twice
    scores += lengths
    sizes = squared_norms(X)
    labels = first_smallest_in_rows(scores, sizes)
    squares = np.maximum(scores[np.arange(len(X)), labels] + sizes, 0.0)
    order = np.lexsort((squares, labels))
    found, first = np.unique(labels[order], return_index=True)
    sums, nearest = np.zeros((k, X.shape[1])), np.full(k, -1)
    sums[found] = np.add.reduceat(X[order], first, axis=0)
    nearest[found] = first_of_groups(squares, labels, sizes)[1]
    return {
        "sums": sums,
        "counts": np.bincount(labels, minlength=k).astype(float),
        "inertia": np.array([squares.sum()]),
        "nearest": nearest,
        "distances": np.where(nearest < 0, np.inf, squares[nearest]),
        "sizes": np.where(nearest < 0, 0.0, sizes[nearest]),
        "rows": np.array([len(X)]),
    }


def _merged(state: State, result: State) -> State:
    """Both parts; row numbers of the second count from the end of the first."""
    total = {name: state[name] + result[name] for name in ("sums", "counts", "inertia", "rows")}
    near, far = result["distances"], state["distances"]
    better = near + TIE * (near + state["sizes"]) < far
    total["nearest"] = np.where(better, state["rows"] + result["nearest"], state["nearest"])
    for name in ("distances", "sizes"):
        total[name] = np.where(better, result[name], state[name])
    return total
