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
    """Mean of all rows, (D,), summed from the first row: an offset of all takes no digits off."""
    first = rows.take(np.array([0])).read()[0]
    total = over(rows, _Total(first), run, "mean", lambda a, b: {"sum": a["sum"] + b["sum"]})
    return np.asarray(first + total["sum"] / rows.shape[0])


def squares_of(
    rows: Rows, seen: Callable[[Array], Array], run: Run, stage: str, width: int = 0
) -> Array:
    """Squared lengths of all rows as they are seen, (N,), with ``width`` columns if more."""
    return over(rows, _Squares(seen, width), run, stage)["squares"]


@dataclass(frozen=True)
class _Total:
    """Work on a chunk: sum of its rows, counted from an origin."""

    origin: Array

    def __call__(self, rows: Rows) -> State:
        parts = [(block - self.origin).sum(axis=0) for _, block in blocks(rows)]
        return {"sum": np.sum(parts, axis=0)}


@dataclass(frozen=True)
class _Squares:
    """Work on a chunk: squared lengths."""

    seen: Callable[[Array], Array]
    width: int

    def __call__(self, rows: Rows) -> State:
        parts = [squared_norms(self.seen(block)) for _, block in blocks(rows, self.width)]
        return {"squares": np.concatenate(parts)}
