r"""Selection level by level: chunk, select, merge, select.

With k rows to choose, oversampling o and chunks of C rows, every chunk keeps
:math:`m = \lceil o k \rceil` rows (or all that are distinct), chosen as if they were to be the
answer.  What all chunks keep is the next level, until it fits a chunk; the last choice takes k of
it.  A level is :math:`m/C \le 1/2` times as large as the one before, so that the cost is linear in
the number of rows, and no more than a chunk is ever in memory.

For farthest points the answer is at most a constant factor worse than without chunks (Indyk,
Mahabadi, Mahdian & Mirrokni, Composable core-sets for diversity and coverage maximization, 2014),
for determinants see Indyk, Mahabadi, Oveis Gharan & Rezaei, Composable core-sets for determinant
maximization: a simple near-optimal algorithm, 2019.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from potlearn.errors import TooFewError
from potlearn.select.rows import Rows
from potlearn.select.run import Run, State, equal_parts
from potlearn.select.seeds import child
from potlearn.select.selection import Selection
from potlearn.select.selector import Sized
from potlearn.typing import Array, Indices

_LEVELS = 2


@dataclass(frozen=True)
class Chunk:
    """Rows that are chosen from together: what travels to a worker.

    Attributes
    ----------
    start : int
        Number of the first row in its level.
    rows : Rows
    weights : (n,)
        How many rows of the data each represents.
    seed : SeedSequence
        Parent of the chunk's random numbers.
    """

    start: int
    rows: Rows
    weights: Array
    seed: np.random.SeedSequence


@dataclass(frozen=True)
class Survivors:
    """Work on a chunk: the rows that it keeps, by their numbers in the level."""

    selector: Sized
    n_to_keep: int

    def __call__(self, chunk: Chunk) -> State:
        """Choose; if fewer rows are distinct, choose that many."""
        n, d = chunk.rows.shape
        wanted = min(self.n_to_keep, self.selector.most(n, d))
        kept, weights = self._chosen(chunk, wanted)
        return {"indices": chunk.start + kept, "weights": weights}

    def _chosen(self, chunk: Chunk, wanted: int) -> tuple[Indices, Array]:
        if wanted == 0:
            return np.zeros(0, np.int64), np.zeros(0)
        selector = self.selector.resized(wanted, chunk.seed)
        try:
            kept = selector.choose_weighted(chunk.rows, chunk.weights, Run(chunk.seed))
        except TooFewError as error:
            return self._chosen(chunk, min(error.available, wanted - 1))
        return kept.indices, selector.stands_for(kept, chunk.weights)


def choose_by_levels(selector: Sized, rows: Rows, run: Run, size: int, n_to_keep: int) -> Selection:
    """Choose by levels of chunks of at most ``size`` rows, each of which keeps ``n_to_keep``.

    Raises
    ------
    TooFewError
        All chunks together keep fewer rows than shall be chosen.
    """
    indices, weights = np.arange(rows.shape[0]), np.ones(rows.shape[0])
    level = 0
    while len(indices) > size:
        bounds = equal_parts(len(indices), size)
        chunks = _Chunks(rows if level == 0 else rows.take(indices), weights, bounds, run, level)
        kept = run.fold(f"level {level}", Survivors(selector, n_to_keep), chunks, bounds)
        indices, weights = indices[kept["indices"]], kept["weights"]
        level += 1
    if len(indices) < selector.n_to_select:
        raise TooFewError(
            f"n_to_select is {selector.n_to_select}, but chunks keep only {len(indices)} rows: the "
            "others are equal to them within rounding",
            len(indices),
        )
    last = selector.choose_weighted(rows.take(indices) if level else rows, weights, run)
    return Selection(indices[last.indices], last.scores)


@dataclass(frozen=True)
class _Chunks:
    """Chunks of a level, made one by one."""

    rows: Rows
    weights: Array
    bounds: list[tuple[int, int]]
    run: Run
    level: int

    def __call__(self, k: int) -> Chunk:
        """Chunk k."""
        start, stop = self.bounds[k]
        seed = child(self.run.root, _LEVELS, self.level, k)
        return Chunk(start, self.rows.part(start, stop), self.weights[start:stop], seed)
