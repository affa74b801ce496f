"""Draws from clusters of dense rows: DBSCAN and HDBSCAN of scikit-learn."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from potlearn.errors import TooFewError
from potlearn.select.parameters import check_flag
from potlearn.select.rows import Rows
from potlearn.select.run import Run
from potlearn.select.sampling.quotas import check_allocation, draw_from_groups
from potlearn.select.seeds import Seed
from potlearn.select.selection import Selection
from potlearn.select.selector import Labels, Sized
from potlearn.typing import Array


@dataclass(frozen=True)
class DensityClusters(Sized):
    """Choose rows of every cluster, without replacement.

    Scores are the probabilities with which rows of the cluster are drawn.

    Parameters
    ----------
    n_to_select : int
        Number k of rows.
    allocation : str
        Rows of each cluster: ``"proportional"`` to its size, ``"equal"``, or by the square
        ``"root"`` of its size.
    keep_noise : bool
        Whether rows of no cluster are drawn from too, as a cluster of their own.
    random_state : int, Generator or SeedSequence
        Fixes the draw.
    """

    allocation: str = field(default="proportional", kw_only=True)
    keep_noise: bool = field(default=True, kw_only=True)
    random_state: Seed = field(default=0, kw_only=True)

    @abstractmethod
    def clusters(self, X: Array) -> NDArray[np.int64]:
        """Cluster of each row, from 0; -1 for noise."""

    @override
    def check(self, n: int) -> None:
        super().check(n)
        check_allocation(self.allocation)
        check_flag("keep_noise", self.keep_noise)

    @override
    def choose(self, rows: Rows, labels: Labels | None, run: Run) -> Selection:
        found = self.clusters(rows.read())
        if self.keep_noise:
            found = np.where(found < 0, found.max() + 1, found)
        available = int((found >= 0).sum())
        if available < self.n_to_select:
            raise TooFewError(
                f"n_to_select is {self.n_to_select}, but only {available} rows are in clusters; "
                "keep_noise draws from the others too",
                available,
            )
        return draw_from_groups(found, self.n_to_select, self.allocation, run.rng(0))
