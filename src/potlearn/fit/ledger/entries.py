"""What a ledger is made of: keys, their factors, and residuals."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from potlearn.errors import FitError
from potlearn.linalg.triangular import Accumulator, Matrix


class Key(NamedTuple):
    """Which rows a factor is of."""

    fold: int
    group: str
    quantity: str


class Residual(NamedTuple):
    """Residuals of one key: number of rows, sum of residuals, sum of their squares."""

    n: int
    sum: float
    sum_squares: float

    @property
    def rmse(self) -> float:
        """Root mean square residual in the unit of the rows."""
        return float(np.sqrt(self.sum_squares / self.n))

    @property
    def mean(self) -> float:
        """Mean residual (prediction minus label)."""
        return self.sum / self.n


class Entry:
    """Factor, number of rows and column sums of one key."""

    def __init__(self, n_columns: int) -> None:
        self.accumulator = Accumulator(n_columns)
        self.n = 0
        self.sums = np.zeros(n_columns)

    def add(self, key: Key, rows: Matrix, targets: Matrix) -> None:
        """Take rows in; NaN and Inf are refused."""
        sums = np.concatenate([rows.sum(axis=0), targets.sum(axis=0)])
        if not np.isfinite(sums).all():
            raise FitError(
                f"NaN or Inf in the {key.quantity} rows of group {key.group!r}, "
                f"column {int(np.flatnonzero(~np.isfinite(sums))[0])}"
            )
        self.accumulator.add(rows, targets)
        self.n += len(rows)
        self.sums = self.sums + sums

    def merge(self, other: Entry) -> None:
        """Take in another entry's rows."""
        self.accumulator.merge(other.accumulator)
        self.n += other.n
        self.sums = self.sums + other.sums
