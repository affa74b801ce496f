r"""k-means: the rows nearest to k centres that minimise the squared distances to them.

.. math::
    \min_{c_1 .. c_k} \sum_i w_i \min_j |x_i - c_j|^2

(Lloyd, Least squares quantization in PCM, 1982; centres are seeded after Arthur & Vassilvitskii,
k-means++, 2007).  scikit-learn does the work.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from potlearn.errors import SelectionError
from potlearn.select.representatives import nearest_to_centres
from potlearn.select.rows import Rows
from potlearn.select.run import Run
from potlearn.select.scikit import legacy_seed, scikit
from potlearn.select.seeds import Seed
from potlearn.select.selection import Array, Selection
from potlearn.select.selector import Labels, Sized


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

    def check(self, n: int) -> None:
        """See :class:`~potlearn.select.selector.Selector`."""
        super().check(n)
        if self.max_iter < 1:
            raise SelectionError(f"max_iter is {self.max_iter}; expected a positive integer")
        if self.init not in ("k-means++", "random"):
            raise SelectionError(f"init is {self.init!r}; expected 'k-means++' or 'random'")

    def choose(self, rows: Rows, labels: Labels | None, run: Run) -> Selection:
        """See :class:`~potlearn.select.selector.Selector`."""
        return self.choose_weighted(rows, np.ones(rows.shape[0]), run)

    def stands_for(self, selection: Selection, weights: Array) -> Array:
        """See :class:`~potlearn.select.selector.Sized`: the rows of its cluster."""
        return np.asarray(selection.scores * weights.sum())

    def choose_weighted(self, rows: Rows, weights: Array, run: Run) -> Selection:
        """See :class:`~potlearn.select.selector.Sized`."""
        X = rows.read()
        with scikit("cluster", "KMeans") as cluster, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # fewer distinct rows than centres: told below
            fitted = cluster.KMeans(
                self.n_to_select,
                init=self.init,
                n_init=1,
                max_iter=self.max_iter,
                random_state=legacy_seed(run.rng(0)),
            ).fit(X, sample_weight=weights)
        return nearest_to_centres(X, fitted.labels_, fitted.cluster_centers_, weights)
