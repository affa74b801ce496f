"""Passes over all rows: sums, squared lengths, and other work on chunks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from potlearn.select.rows import Rows, blocks
from potlearn.select.run import Run, State, append
from potlearn.select.vectors import squared_norms
from potlearn.typing import Array


def over(
    rows: Rows,
    work: Callable[[Rows], State],
    run: Run,
    stage: str,
    merge: Callable[[State, State], State] = append,
) -> State:
    """Merged results of work on chunks of rows."""
    bounds = run.bounds(rows.shape[0])
    return run.fold(stage, work, lambda k: rows.part(*bounds[k]), bounds, merge)


def mean_row(rows: Rows, run: Run) -> Array:
    """Mean of all rows, (D,)."""
    total = over(rows, _total, run, "mean", lambda a, b: {"sum": a["sum"] + b["sum"]})
    return np.asarray(total["sum"] / rows.shape[0])


def squares_of(
    rows: Rows, seen: Callable[[Array], Array], run: Run, stage: str, width: int = 0
) -> Array:
    """Squared lengths of all rows as they are seen, (N,), with ``width`` columns if more."""
    return over(rows, _Squares(seen, width), run, stage)["squares"]


def _total(rows: Rows) -> State:
    return {"sum": np.sum([block.sum(axis=0) for _, block in blocks(rows)], axis=0)}


@dataclass(frozen=True)
class _Squares:
    """Work on a chunk: squared lengths."""

    seen: Callable[[Array], Array]
    width: int

    def __call__(self, rows: Rows) -> State:
        parts = [squared_norms(self.seen(block)) for _, block in blocks(rows, self.width)]
        return {"squares": np.concatenate(parts)}
