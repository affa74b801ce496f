"""Greedy choice by scores that can only fall: one look at all rows for many choices.

Scores of most rows are out of date most of the time.  An old score is an upper bound, so the best
of a few *active* rows with current scores is the best of all as long as it beats the largest bound
of the others.  When it no longer does, all rows catch up with the pending choices in one matrix
product.  The choices are those of a search that updates all rows each time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np

from potlearn.select.selection import Array, Indices

# Rows that are updated at once.
BLOCK_ROWS = 4096
# Active rows at first: a part of all, at least so many.
ACTIVE, MIN_ACTIVE = 64, 512
# Choices between two looks at all rows below which more rows are made active.
FEW = 16


class Rule(Protocol):
    """What a choice does to the scores.

    Everything that a choice leaves behind is a vector (D,); scores are those of rows of X.
    """

    def start(self, X: Array) -> Array:
        """Scores before any choice, (N,)."""

    def effect(self, X: Array, i: int, score: float) -> Array | None:
        """What row ``i`` leaves behind when it is chosen; None where nothing is left to choose."""

    def updated(self, scores: Array, X: Array, among: Indices | slice, effects: Array) -> Array:
        """Scores of the rows ``among`` all, which are X, after choices; never above the old."""


def greedy(X: Array, rule: Rule, k: int, first: int | None = None) -> Iterator[tuple[int, float]]:
    """Rows in the order of choice with their scores then; fewer than k where ``rule`` ends it.

    Among rows of equal score the first is chosen, if they are told apart by rounding alone.
    """
    scores = rule.start(X)
    n_active = max(len(X) // ACTIVE, MIN_ACTIVE)
    n_chosen = 0
    while n_chosen < k:
        start = int(scores.argmax()) if first is None or n_chosen else first
        pending: list[Array] = []
        for i, score, effect in _round(X, rule, scores, start, n_active):
            yield i, score
            scores[i] = -np.inf
            pending.append(effect)
            n_chosen += 1
            if n_chosen == k:
                return
        if not pending:
            return
        if len(pending) < FEW:
            n_active = min(2 * n_active, len(X))
        _catch_up(X, rule, scores, np.array(pending))


def _round(
    X: Array, rule: Rule, scores: Array, i: int, n_active: int
) -> Iterator[tuple[int, float, Array]]:
    """Choices from row i on, from current scores, while the active rows can tell which is next."""
    score = float(scores[i])
    effect = rule.effect(X, i, score)
    if effect is None:
        return
    yield i, score, effect
    active, bound = _active(scores, n_active)
    rows = X[active]
    current = rule.updated(scores[active], rows, active, effect[None])
    while True:
        best = int(current.argmax())
        score = float(current[best])
        if not score > bound:
            return
        effect = rule.effect(X, int(active[best]), score)
        if effect is None:
            return
        yield int(active[best]), score, effect
        current = rule.updated(current, rows, active, effect[None])
        current[best] = -np.inf


def _active(scores: Array, n_active: int) -> tuple[Indices, float]:
    """Rows of the highest scores in their order, and the highest score of the others."""
    if n_active >= len(scores):
        return np.arange(len(scores)), -np.inf
    order = np.argpartition(scores, len(scores) - n_active - 1)
    return np.sort(order[len(scores) - n_active :]), float(scores[order[-n_active - 1]])


def _catch_up(X: Array, rule: Rule, scores: Array, effects: Array) -> None:
    for start in range(0, len(X), BLOCK_ROWS):
        among = slice(start, start + BLOCK_ROWS)
        scores[among] = rule.updated(scores[among], X[among], among, effects)
