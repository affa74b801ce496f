r"""Minimum set cover: few rows such that every row has one of them within a radius.

Each choice covers the most rows that are not covered yet, which takes at most :math:`1 + \ln N`
times as many rows as needed (Chvátal, A greedy heuristic for the set-covering problem, 1979).  For
a given number of rows the radius is the smallest that they cover.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from typing_extensions import override

from potlearn.errors import SelectionError, TooFewError
from potlearn.select.given import Budget
from potlearn.select.rows import Rows
from potlearn.select.run import Run
from potlearn.select.selection import Selection
from potlearn.select.selector import Labels, Sized
from potlearn.select.ties import TIE, first_largest
from potlearn.select.vectors import squared_distances, squared_norms
from potlearn.typing import Array

# Halvings of the interval in which the radius lies.
STEPS = 40
# Rows whose distances are all in memory (400 MB).
MOST = 5000
# Part of the largest squared distance below which rows are equal.
EQUAL = 1e-14


@dataclass(frozen=True)
class SetCover(Sized):
    """Choose rows that cover all others; scores are the parts of the rows that they cover anew.

    Rows beyond those that a cover needs are the farthest from it, with score 0.

    Parameters
    ----------
    n_to_select : int
        Number k of rows; at most 5000 are chosen from at once.
    """

    most_rows: ClassVar[int | None] = MOST

    @override
    def check(self, n: int) -> None:
        super().check(n)
        if n > MOST:
            raise SelectionError(
                f"SetCover looks at all distances, of at most {MOST} rows; got {n}: wrap it in "
                "Hierarchical"
            )

    @override
    def choose(self, rows: Rows, labels: Labels | None, run: Run) -> Selection:
        return self._covered(rows, None, None)

    def choose_beyond(self, rows: Rows, known: Rows, labels: Labels | None, run: Run) -> Selection:
        """Rows within the radius of a known one are covered from the start."""
        return self._covered(rows, known, None)

    def choose_within(
        self, rows: Rows, budget: Budget, known: Rows | None, labels: Labels | None, run: Run
    ) -> Selection:
        """In every step the row that covers the most for its cost."""
        return self._covered(rows, known, budget)

    def _covered(self, rows: Rows, known: Rows | None, budget: Budget | None) -> Selection:
        X = rows.read()
        mean = X.mean(axis=0)
        X = X - mean
        squares, sizes = squared_distances(X, X), squared_norms(X)
        np.fill_diagonal(squares, 0.0)
        reached = np.full(len(X), np.inf)
        if known is not None:
            reached = squared_distances(X, known.read() - mean).min(axis=1)
        limit = Budget(np.ones(len(X)), float(self.n_to_select)) if budget is None else budget
        indices, gains = _smallest_cover(squares, sizes, reached, limit)
        if budget is None:
            return _filled(squares, sizes, reached, (indices, gains), self.n_to_select)
        return _filled_within(squares, reached, (indices, gains), budget)


def cover(
    squares: Array, radius: float, reached: Array, budget: Budget
) -> tuple[list[int], list[float]] | None:
    """Rows that cover all, and what part each covers anew; None if the budget is not enough.

    ``reached`` holds squared distances from what covers before any choice, (N,).
    """
    near = squares <= radius**2 * (1 + TIE)
    left = ~(reached <= radius**2 * (1 + TIE))
    counts = near[left].sum(axis=0)
    indices, gains, money = list[int](), list[float](), budget.limit
    while left.any():
        rates = np.where(budget.costs <= money, counts / budget.costs, 0.0)
        i = int(rates.argmax())
        if not rates[i] > 0:
            return None
        newly = left & near[i]
        indices.append(i)
        gains.append(float(newly.sum()) / len(near))
        money -= float(budget.costs[i])
        left &= ~newly
        counts = counts - near[newly].sum(axis=0)
    return indices, gains


def _smallest_cover(
    squares: Array, sizes: Array, reached: Array, budget: Budget
) -> tuple[list[int], list[float]]:
    """Cover of the smallest radius that the budget pays for, by bisection.

    Rows that are at the radius but for rounding are covered.
    """
    low, high = 0.0, float(squares.max()) ** 0.5
    least = np.maximum.outer(sizes, sizes)
    least *= -TIE
    least += squares
    best = cover(least, high, reached, budget)
    for _ in range(STEPS):
        middle = (low + high) / 2
        found = cover(least, middle, reached, budget)
        if found is None:
            low = middle
        else:
            best, high = found, middle
        if high - low <= 1e-4 * high:
            break
    assert best is not None  # one row covers all within the largest distance
    return best


def _filled(
    squares: Array, sizes: Array, reached: Array, found: tuple[list[int], list[float]], k: int
) -> Selection:
    """The cover, and the rows farthest from it."""
    indices, gains = found
    nearest = squares[indices].min(axis=0, initial=np.inf)
    nearest, largest = np.minimum(nearest, reached), float(squares.max())
    while len(indices) < k:
        i = first_largest(nearest, float(sizes[nearest.argmax()]))
        if not nearest[i] > EQUAL * largest:
            raise TooFewError(
                f"n_to_select is {k}, but only {len(indices)} rows are distinct to rounding",
                len(indices),
            )
        indices.append(i)
        gains.append(0.0)
        nearest = np.minimum(nearest, squares[i])
    return Selection.of(indices, gains)


def _filled_within(
    squares: Array, reached: Array, found: tuple[list[int], list[float]], budget: Budget
) -> Selection:
    """The cover, and the rows farthest from it that the rest of the budget pays for."""
    indices, gains = found
    nearest = np.minimum(squares[indices].min(axis=0, initial=np.inf), reached)
    money, largest = budget.limit - float(budget.costs[indices].sum()), float(squares.max())
    while True:
        far = np.where(budget.costs <= money, nearest, 0.0)
        i = first_largest(far)
        if not far[i] > EQUAL * largest:
            return Selection.of(indices, gains)
        indices.append(i)
        gains.append(0.0)
        money -= float(budget.costs[i])
        nearest = np.minimum(nearest, squares[i])
