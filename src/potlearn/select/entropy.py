r"""Choice by information: each row adds the most to the entropy of those chosen so far.

.. math::
    i_{t+1} = \arg\max_i \delta H_i, \qquad
    \delta H_i = -\log \sum_{s \in S_t} \exp\!\left(-\frac{|x_i - x_s|^2}{2 h^2}\right)

(Schwalbe-Koda, Hamel, Sadigh, Zhou & Lordi, Model-free estimation of completeness, uncertainties,
and outliers in atomistic machine learning using information theory, 2025, equation 4: a row with
:math:`\delta H \le 0` tells nothing new.)
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from potlearn.select.fps import Distances
from potlearn.select.greedy import greedy
from potlearn.select.kernel_base import median_distance
from potlearn.select.kernels import RBF
from potlearn.select.rows import Rows
from potlearn.select.run import Run
from potlearn.select.selection import Array, Indices, Selection
from potlearn.select.selector import Labels, Sized
from potlearn.select.vectors import squared_norms


@dataclass(frozen=True)
class Entropy(Sized):
    r"""Choose rows of high information; scores are :math:`\delta H` when chosen, inf for the first.

    The first row is the one farthest from the mean.

    Parameters
    ----------
    n_to_select : int
        Number k of rows.
    bandwidth : float, optional
        Length h; by default the median distance times :math:`N^{-1/(D + 4)}` (Scott's rule).
    """

    bandwidth: float | None = None

    def fitted(self, rows: Rows) -> Entropy:
        """See :class:`~potlearn.select.selector.Selector`: the bandwidth of these rows."""
        if self.bandwidth is not None:
            return self
        n, d = rows.shape
        return replace(self, bandwidth=median_distance(rows) * n ** (-1.0 / (d + 4)))

    def choose(self, rows: Rows, labels: Labels | None, run: Run) -> Selection:
        """See :class:`~potlearn.select.selector.Selector`."""
        X = rows.read()
        rule = _Information(Distances(X), RBF(self.fitted(rows).bandwidth).scale)
        first = int(rule.distances.squares.argmax())
        indices, scores = zip(*greedy(X, rule, self.n_to_select, first), strict=True)
        return Selection.of(indices, scores)


@dataclass(frozen=True)
class _Information:
    """The differential entropies, which fall with every choice."""

    distances: Distances
    bandwidth: float

    def start(self, X: Array) -> Array:
        """See :class:`~potlearn.select.greedy.Rule`."""
        return np.full(len(X), np.inf)

    def effect(self, X: Array, i: int, score: float) -> Array:
        """See :class:`~potlearn.select.greedy.Rule`: the row, counted from the mean."""
        return np.asarray(X[i] - self.distances.mean)

    def updated(self, scores: Array, X: Array, among: Indices | slice, effects: Array) -> Array:
        """See :class:`~potlearn.select.greedy.Rule`."""
        mean = self.distances.mean
        squares = -2.0 * (effects @ X.T)
        squares += (squared_norms(effects) + 2.0 * effects @ mean)[:, None]
        squares += self.distances.squares[among]
        logs = np.maximum(squares, 0.0) * (-0.5 / self.bandwidth**2)
        return np.asarray(-np.logaddexp(-scores, np.logaddexp.reduce(logs, axis=0)))
