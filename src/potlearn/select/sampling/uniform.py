"""Uniform choice: every subset of k rows is as likely as any other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from typing_extensions import override

from potlearn.select.buying import in_turn
from potlearn.select.given import Budget
from potlearn.select.rows import Rows
from potlearn.select.run import Run
from potlearn.select.seeds import Seed
from potlearn.select.selection import Selection
from potlearn.select.selector import Labels, Sized


@dataclass(frozen=True)
class Random(Sized):
    """Choose k rows uniformly; the score of each is k/N.

    Parameters
    ----------
    n_to_select : int
        Number k of rows.
    random_state : int, Generator or SeedSequence
        Fixes the draw.
    """

    random_state: Seed = 0

    streams: ClassVar[bool] = True
    computes: ClassVar[bool] = False

    @override
    def choose(self, rows: Rows, labels: Labels | None, run: Run) -> Selection:
        n, k = rows.shape[0], self.n_to_select
        return Selection.of(run.rng(0).choice(n, k, replace=False), np.full(k, k / n))

    def choose_beyond(self, rows: Rows, known: Rows, labels: Labels | None, run: Run) -> Selection:
        """Known rows say nothing about the others."""
        return self.choose(rows, labels, run)

    def choose_within(
        self, rows: Rows, budget: Budget, known: Rows | None, labels: Labels | None, run: Run
    ) -> Selection:
        """Rows in random order, each one that the rest of the budget pays for."""
        n = rows.shape[0]
        chosen = in_turn(run.rng(0).permutation(n), budget, self.n_to_select)
        return Selection.of(chosen, np.full(len(chosen), len(chosen) / n))
