"""Stratified choice: rows are drawn group by group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from typing_extensions import override

from potlearn.errors import SelectionError
from potlearn.select.labels import groups_of
from potlearn.select.rows import Rows
from potlearn.select.run import Run
from potlearn.select.sampling.quotas import check_allocation, draw_from_groups
from potlearn.select.seeds import Seed
from potlearn.select.selection import Selection
from potlearn.select.selector import Labels, Sized


@dataclass(frozen=True)
class Stratified(Sized):
    """Choose rows of every group; ``fit(X, y)`` takes the group of each row.

    Scores are the probabilities with which rows of the group are drawn.

    Parameters
    ----------
    n_to_select : int
        Number k of rows.
    allocation : str
        Rows of each group: ``"proportional"`` to its size, ``"equal"``, or by the square
        ``"root"`` of its size.
    random_state : int, Generator or SeedSequence
        Fixes the draw.
    """

    allocation: str = "proportional"
    random_state: Seed = 0

    streams: ClassVar[bool] = True
    computes: ClassVar[bool] = False

    @override
    def check(self, n: int) -> None:
        super().check(n)
        check_allocation(self.allocation)

    @override
    def choose(self, rows: Rows, labels: Labels | None, run: Run) -> Selection:
        if labels is None:
            raise SelectionError("Stratified needs the group of each row: fit(X, groups)")
        return draw_from_groups(groups_of(labels), self.n_to_select, self.allocation, run.rng(0))

    def choose_beyond(self, rows: Rows, known: Rows, labels: Labels | None, run: Run) -> Selection:
        """Known rows say nothing about the others."""
        return self.choose(rows, labels, run)
