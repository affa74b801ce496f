"""Greedy choice by scores that can only fall: a pass over all rows for many choices.

Scores of most rows are out of date most of the time.  An old score is an upper bound, so the best
of a few *active* rows with current scores is the best of all as long as it beats the largest bound
of the others.  When it no longer does, all rows catch up with the pending choices in one pass, as
one matrix product.  The choices are those of a search that updates all rows each time; a pass is
work on chunks, so that it takes any number of rows and workers.

Of rows whose scores are equal to rounding (:mod:`potlearn.select.ties`) the first is chosen: where
one of the others may be among them, all rows catch up before the choice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from potlearn.select.rows import Rows
from potlearn.select.run import Run, State
from potlearn.select.ties import first_largest, margin
from potlearn.select.vectors import squared_norms
from potlearn.typing import Array, Indices

# Rows that are updated at once.
BLOCK_ROWS = 4096
# Active rows at first: a part of all, at least so many.
ACTIVE, MIN_ACTIVE = 256, 512
# Choices between two passes below which more rows are made active.
FEW = 16


class Seen(NamedTuple):
    """Rows as a rule sees them, (n, R), and their squared lengths, (n,)."""

    rows: Array
    squares: Array

    @classmethod
    def of(cls, rows: Array) -> Seen:
        """Rows with their lengths."""
        return cls(rows, squared_norms(rows))


class Rule(Protocol):
    """What choices do to scores; what a choice leaves behind is a vector (R,)."""

    def seen(self, X: Array) -> Array:
        """Rows as the rule sees them, (n, R)."""

    def effect(self, row: Array, score: float) -> Array | None:
        """What a row leaves behind when it is chosen; None where nothing is left to choose."""

    def updated(self, scores: Array, seen: Seen, effects: Array) -> Array:
        """Scores of some rows after choices; never above the old ones."""

    def size(self, square: float, score: float) -> float:
        """Size of the terms that make the score of a row of this squared length."""


def greedy(
    rows: Rows, rule: Rule, scores: Array, k: int, run: Run, stage: str, first: int | None = None
) -> Iterator[tuple[int, float]]:
    """Rows in the order of choice with their scores then; fewer than k where ``rule`` ends it.

    ``scores`` are those before any choice, (N,).
    """
    scores = scores.copy()
    n_active = max(len(scores) // ACTIVE, MIN_ACTIVE)
    n_chosen = n_passes = 0
    while n_chosen < k:
        start = _first(rows, rule, scores) if first is None or n_chosen else first
        pending: list[Array] = []
        for i, score, effect in _round(rows, rule, scores, start, n_active):
            yield i, score
            scores[i] = -np.inf
            pending.append(effect)
            n_chosen += 1
            if n_chosen == k:
                return
        if not pending:
            return
        if len(pending) < FEW:
            n_active = min(2 * n_active, len(scores))
        work = _CatchUp(rule, np.array(pending))
        scores = _caught_up(rows, scores, work, run, f"{stage} {n_passes}")
        n_passes += 1


def scores_after(rows: Rows, rule: Rule, known: Rows, run: Run) -> Array:
    """Scores of all rows after the choice of known ones, whose effect is what is seen of them."""
    work = _CatchUp(rule, rule.seen(known.read()))
    return _caught_up(rows, np.full(rows.shape[0], np.inf), work, run, "known")


def _round(
    rows: Rows, rule: Rule, scores: Array, start: int, n_active: int
) -> Iterator[tuple[int, float, Array]]:
    """Choices from a row on, from current scores, while active rows can tell which is next."""
    score, row = float(scores[start]), _seen(rows, rule, start)
    if not score > -np.inf:  # all are chosen
        return
    effect = rule.effect(row, score)
    if effect is None:
        return
    yield start, score, effect
    active, bound = _active(scores, n_active)
    seen = Seen.of(rule.seen(rows.take(active).read()))
    current = rule.updated(scores[active], seen, effect[None])
    while True:
        top = int(current.argmax())
        size = rule.size(float(seen.squares[top]), float(current[top]))
        if not current[top] - margin(float(current[top]), size) > bound:
            return
        best = first_largest(current, size)
        score = float(current[best])
        effect = rule.effect(seen.rows[best], score)
        if effect is None:
            return
        yield int(active[best]), score, effect
        current = rule.updated(current, seen, effect[None])
        current[best] = -np.inf


def _first(rows: Rows, rule: Rule, scores: Array) -> int:
    """First row of the highest scores, which are current."""
    top = int(scores.argmax())
    row = _seen(rows, rule, top)
    return first_largest(scores, rule.size(float(row @ row), float(scores[top])))


def _seen(rows: Rows, rule: Rule, i: int) -> Array:
    """A row as the rule sees it, (R,)."""
    seen: Array = rule.seen(rows.take(np.array([i])).read())[0]
    return seen


def _active(scores: Array, n_active: int) -> tuple[Indices, float]:
    """Rows of the highest scores in their order, and the highest score of the others."""
    if n_active >= len(scores):
        return np.arange(len(scores)), -np.inf
    order = np.argpartition(scores, len(scores) - n_active - 1)
    return np.sort(order[len(scores) - n_active :]), float(scores[order[-n_active - 1]])


@dataclass(frozen=True)
class _CatchUp:
    """Work on a chunk: scores after the pending choices."""

    rule: Rule
    effects: Array

    def __call__(self, chunk: tuple[Rows, Array]) -> State:
        rows, scores = chunk
        X = rows.read()
        parts = []
        for start in range(0, len(X), BLOCK_ROWS):
            among = slice(start, start + BLOCK_ROWS)
            seen, now = Seen.of(self.rule.seen(X[among])), scores[among]
            for first in range(0, len(self.effects), BLOCK_ROWS):
                effects = self.effects[first : first + BLOCK_ROWS]
                now = self.rule.updated(now, seen, effects)
            parts.append(now)
        return {"scores": np.concatenate(parts)}


def _caught_up(rows: Rows, scores: Array, work: _CatchUp, run: Run, stage: str) -> Array:
    """Current scores of all rows; the run keeps its own copy for the checkpoint."""
    bounds = run.bounds(len(scores))

    def chunk(k: int) -> tuple[Rows, Array]:
        return rows.part(*bounds[k]), scores[slice(*bounds[k])]

    return run.fold(stage, work, chunk, bounds)["scores"].copy()
