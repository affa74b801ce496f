r"""Farthest point sampling: each choice is the row farthest from those chosen so far.

.. math::
    i_{t+1} = \arg\max_i d_i, \qquad d_i = \min_{s \le t} |x_i - x_{i_s}|^2

(Gonzalez, Clustering to minimize the maximum intercluster distance, 1985: the largest distance
left is at most twice the smallest possible one.)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from typing import ClassVar, Self

import numpy as np
from typing_extensions import override

from potlearn.errors import SelectionError, TooFewError
from potlearn.select.buying import bought
from potlearn.select.copies import NOISE
from potlearn.select.given import Budget
from potlearn.select.greedy import Rule, Seen, greedy, scores_after
from potlearn.select.parameters import is_integer, shown
from potlearn.select.passes import mean_row, squares_of
from potlearn.select.rows import Rows
from potlearn.select.run import Run
from potlearn.select.seeds import Seed
from potlearn.select.selection import Selection
from potlearn.select.selector import Labels, Sized
from potlearn.select.ties import first_largest
from potlearn.select.vectors import squared_norms
from potlearn.typing import Array

# Squared distances below this part of the squared lengths from the mean are rounding.
ROUNDING = 1e-14
# Gain of a first row that is the mean: it can be chosen where it is the only one.
NONE = 1e-200


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

    streams: ClassVar[bool] = True

    @override
    def check(self, n: int) -> None:
        super().check(n)
        given = self.initialize
        if is_integer(given) and not 0 <= int(given) < n:
            raise SelectionError(f"initialize is row {shown(given)}; expected 0 to {n - 1}")
        words = isinstance(given, str) and given in ("farthest", "random")
        if not is_integer(given) and not words:
            raise SelectionError(
                f"initialize is {shown(given)}; expected 'farthest', 'random' or a row number"
            )

    @override
    def fitted(self, rows: Rows) -> Self:
        if not isinstance(self.initialize, str):
            raise SelectionError("initialize by number says nothing to levels; take 'farthest'")
        return self

    @override
    def choose(self, rows: Rows, labels: Labels | None, run: Run) -> Selection:
        rule, n = _Distances(mean_row(rows, run)), rows.shape[0]
        first = self._first(rows, rule, run)
        picks = greedy(rows, rule, np.full(n, np.inf), self.n_to_select, run, "distances", first)
        return self._taken(picks)

    def choose_beyond(self, rows: Rows, known: Rows, labels: Labels | None, run: Run) -> Selection:
        """Start from the distances to the known rows; ``initialize`` has no part in it."""
        rule = _Distances(mean_row(rows, run))
        scores = scores_after(rows, rule, known, run)
        return self._taken(greedy(rows, rule, scores, self.n_to_select, run, "distances"))

    def choose_within(
        self, rows: Rows, budget: Budget, known: Rows | None, labels: Labels | None, run: Run
    ) -> Selection:
        """In every step the row of the largest squared distance for its cost.

        The first one's distance is that from the mean; ``initialize`` has no part in it.
        """
        rule = _Distances(mean_row(rows, run))
        seen = Seen.of(rule.seen(rows.read()))
        start = np.maximum(seen.squares, NONE)
        if known is not None:
            start = scores_after(rows, rule, known, run)
        far = None if known is None else start

        def updated(i: int, gains: Array) -> Array:
            nonlocal far
            before = np.full(len(gains), np.inf) if far is None else far
            far = rule.updated(before, seen, seen.rows[i : i + 1])
            return np.where(far > ROUNDING * seen.squares, far, 0.0)

        indices, squares = bought(start, budget, self.n_to_select, updated)
        squares[:1] = np.inf if known is None else squares[:1]
        return Selection(indices, np.sqrt(squares))

    def _taken(self, picks: Iterator[tuple[int, float]]) -> Selection:
        """All that was asked for, with distances."""
        chosen = list(picks)
        if len(chosen) < self.n_to_select:
            raise TooFewError(
                f"n_to_select is {self.n_to_select}, but only {len(chosen)} rows are distinct to "
                "rounding",
                len(chosen),
            )
        indices, squares = zip(*chosen, strict=True)
        return Selection.of(indices, np.sqrt(squares))

    def _first(self, rows: Rows, rule: Centred, run: Run) -> int:
        if self.initialize == "random":
            return int(run.rng(0).integers(rows.shape[0]))
        return farthest(rows, rule, run) if self.initialize == "farthest" else int(self.initialize)


@dataclass(frozen=True)
class Centred(Rule):
    """Rows counted from their mean, which keeps the digits of their distances."""

    mean: Array

    @override
    def seen(self, X: Array) -> Array:
        return np.asarray(X - self.mean)

    @override
    def size(self, square: float, score: float) -> float:
        return square + sqrt(score) * sqrt(float(self.mean @ self.mean))


def farthest(rows: Rows, rule: Centred, run: Run) -> int:
    """Number of the row farthest from the mean."""
    squares = squares_of(rows, rule.seen, run, "farthest")
    top = float(squares.max())
    return first_largest(squares, rule.size(top, top))


def squares_from(effects: Array, seen: Seen) -> Array:
    """Squared distances of chosen rows, (b, R), from others, (b, n), but for rounding."""
    squares = effects @ seen.rows.T
    squares *= -2.0
    squares += squared_norms(effects)[:, None]
    squares += seen.squares
    return squares


@dataclass(frozen=True)
class _Distances(Centred):
    """Squared distance to the nearest chosen row."""

    @override
    def effect(self, row: Array, score: float) -> Array | None:
        copies = NOISE**2 * float(self.mean @ self.mean)
        return None if score <= ROUNDING * float(row @ row) + copies else row

    @override
    def updated(self, scores: Array, seen: Seen, effects: Array) -> Array:
        nearest = squares_from(effects, seen).min(axis=0)
        return np.asarray(np.minimum(scores, np.maximum(nearest, 0.0)))
