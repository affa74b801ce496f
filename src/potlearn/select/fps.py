r"""Farthest point sampling: each choice is the row farthest from those chosen so far.

.. math::
    i_{t+1} = \arg\max_i d_i, \qquad d_i = \min_{s \le t} |x_i - x_{i_s}|^2

(Gonzalez, Clustering to minimize the maximum intercluster distance, 1985: the largest distance
left is at most twice the smallest possible one.)
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from potlearn.errors import SelectionError, TooFewError
from potlearn.select.greedy import greedy
from potlearn.select.rows import Rows
from potlearn.select.run import Run
from potlearn.select.seeds import Seed
from potlearn.select.selection import Array, Indices, Selection
from potlearn.select.selector import Labels, Sized
from potlearn.select.vectors import squared_norms

# Squared distances below this part of the squared lengths are rounding.
ROUNDING = 1e-14


@dataclass(frozen=True)
class FPS(Sized):
    """Choose rows far from each other; scores are distances when chosen, that of the first is inf.

    Parameters
    ----------
    n_to_select : int
        Number k of rows.
    initialize : str or int
        First row: ``"farthest"`` from the mean, ``"random"``, or its number.
    random_state : int, Generator or SeedSequence
        Draws the first row if it is random.
    """

    initialize: str | int = "farthest"
    random_state: Seed = 0

    def check(self, n: int) -> None:
        """See :class:`~potlearn.select.selector.Selector`."""
        super().check(n)
        given = self.initialize
        if isinstance(given, str) and given not in ("farthest", "random"):
            raise SelectionError(f"initialize is {given!r}; expected 'farthest', 'random' or a row")
        if not isinstance(given, str) and not 0 <= given < n:
            raise SelectionError(f"initialize is row {given}; expected one from 0 to {n - 1}")

    def fitted(self, rows: Rows) -> FPS:
        """See :class:`~potlearn.select.selector.Selector`."""
        if not isinstance(self.initialize, str):
            raise SelectionError("initialize by number says nothing to chunks; take 'farthest'")
        return self

    def choose(self, rows: Rows, labels: Labels | None, run: Run) -> Selection:
        """See :class:`~potlearn.select.selector.Selector`."""
        X = rows.read()
        rule = Distances(X)
        chosen = list(greedy(X, rule, self.n_to_select, self._first(rule, run)))
        if len(chosen) < self.n_to_select:
            raise TooFewError(
                f"n_to_select is {self.n_to_select}, but only {len(chosen)} rows are distinct to "
                "rounding",
                len(chosen),
            )
        indices, squares = zip(*chosen, strict=True)
        return Selection.of(indices, np.sqrt(squares))

    def _first(self, rule: Distances, run: Run) -> int:
        if self.initialize == "random":
            return int(run.rng(0).integers(len(rule.squares)))
        if self.initialize == "farthest":
            return int(rule.squares.argmax())
        return int(self.initialize)


@dataclass
class Distances:
    """Squared distance to the nearest chosen row, counted from the mean of all rows."""

    X: Array
    mean: Array = field(init=False)
    squares: Array = field(init=False)

    def __post_init__(self) -> None:
        self.mean = self.X.mean(axis=0)
        self.squares = squared_lengths(self.X, self.mean)

    def start(self, X: Array) -> Array:
        """See :class:`~potlearn.select.greedy.Rule`."""
        return np.full(len(X), np.inf)

    def effect(self, X: Array, i: int, score: float) -> Array | None:
        """See :class:`~potlearn.select.greedy.Rule`: the row, counted from the mean."""
        if score <= ROUNDING * (self.squares[i] + self.mean @ self.mean):
            return None
        centred: Array = X[i] - self.mean
        return centred

    def updated(self, scores: Array, X: Array, among: Indices | slice, effects: Array) -> Array:
        """See :class:`~potlearn.select.greedy.Rule`."""
        nearest = effects @ X.T
        nearest *= -2.0
        nearest += (squared_norms(effects) + 2.0 * effects @ self.mean)[:, None]
        squares = nearest.min(axis=0) + self.squares[among]
        return np.asarray(np.minimum(scores, np.maximum(squares, 0.0)))


def squared_lengths(X: Array, origin: Array, block: int = 4096) -> Array:
    """Squared distances of rows from a point, (N,)."""
    squares = np.empty(len(X))
    for start in range(0, len(X), block):
        squares[start : start + block] = squared_norms(X[start : start + block] - origin)
    return squares
