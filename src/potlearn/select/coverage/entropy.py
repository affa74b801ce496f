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
from typing import ClassVar, Self

import numpy as np
from typing_extensions import override

from potlearn.select.buying import bought
from potlearn.select.coverage.fps import NONE, Centred, farthest, squares_from
from potlearn.select.given import Budget
from potlearn.select.greedy import Seen, greedy, scores_after
from potlearn.select.kernels.base import median_distance
from potlearn.select.kernels.named import RBF
from potlearn.select.parameters import check_number
from potlearn.select.passes import mean_row
from potlearn.select.rows import Rows
from potlearn.select.run import Run
from potlearn.select.selection import Selection
from potlearn.select.selector import Labels, Sized
from potlearn.typing import Array


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

    streams: ClassVar[bool] = True

    @override
    def check(self, n: int) -> None:
        super().check(n)
        if self.bandwidth is not None:
            check_number("bandwidth", self.bandwidth)

    @override
    def fitted(self, rows: Rows) -> Self:
        if self.bandwidth is not None:
            return self
        n, d = rows.shape
        return replace(self, bandwidth=median_distance(rows) * n ** (-1.0 / (d + 4)))

    @override
    def choose(self, rows: Rows, labels: Labels | None, run: Run) -> Selection:
        rule = self._rule(rows, run)
        first, start = farthest(rows, rule, run), np.full(rows.shape[0], np.inf)
        picks = greedy(rows, rule, start, self.n_to_select, run, "information", first)
        indices, scores = zip(*picks, strict=True)
        return Selection.of(indices, scores)

    def choose_beyond(self, rows: Rows, known: Rows, labels: Labels | None, run: Run) -> Selection:
        """Known rows are part of the history."""
        rule = self._rule(rows, run)
        scores = scores_after(rows, rule, known, run)
        picks = greedy(rows, rule, scores, self.n_to_select, run, "information")
        indices, information = zip(*picks, strict=True)
        return Selection.of(indices, information)

    def choose_within(
        self, rows: Rows, budget: Budget, known: Rows | None, labels: Labels | None, run: Run
    ) -> Selection:
        r"""In every step the row of the largest :math:`\exp(\delta H)` for its cost.

        The first one is that of the largest squared distance from the mean for its cost.
        """
        rule = self._rule(rows, run)
        seen = Seen.of(rule.seen(rows.read()))
        scores = np.full(rows.shape[0], np.inf)
        if known is not None:
            scores = scores_after(rows, rule, known, run)
        start = np.maximum(seen.squares, NONE) if known is None else _rarity(scores)

        def updated(i: int, gains: Array) -> Array:
            nonlocal scores
            scores = rule.updated(scores, seen, seen.rows[i : i + 1])
            return _rarity(scores)

        indices, gains = bought(start, budget, self.n_to_select, updated)
        information = np.log(gains)
        information[:1] = np.inf if known is None else information[:1]
        return Selection(indices, information)

    def _rule(self, rows: Rows, run: Run) -> _Information:
        return _Information(mean_row(rows, run), RBF(self.fitted(rows).bandwidth).scale)


def _rarity(scores: Array) -> Array:
    r""":math:`\exp(\delta H)`, finite and above 0."""
    return np.exp(np.clip(scores, -700.0, 700.0))


@dataclass(frozen=True)
class _Information(Centred):
    """The differential entropies, which fall with every choice."""

    bandwidth: float

    @override
    def effect(self, row: Array, score: float) -> Array:
        return row

    @override
    def size(self, square: float, score: float) -> float:
        distance = 2.0 * self.bandwidth**2 * max(score, 1.0)
        return 1.0 + super().size(square, distance) / (2.0 * self.bandwidth**2)

    @override
    def updated(self, scores: Array, seen: Seen, effects: Array) -> Array:
        logs = np.maximum(squares_from(effects, seen), 0.0) * (-0.5 / self.bandwidth**2)
        return np.asarray(-np.logaddexp(-scores, np.logaddexp.reduce(logs, axis=0)))
