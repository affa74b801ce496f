"""How many rows each stratum or cluster gives, and draws of them without replacement."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from potlearn.errors import SelectionError
from potlearn.select.parameters import shown
from potlearn.select.selection import Selection
from potlearn.select.ties import in_order
from potlearn.typing import Array, Indices

ALLOCATIONS = ("proportional", "equal", "root")


def quotas(sizes: Sequence[int], k: int, allocation: str) -> Indices:
    """Number of rows from each group, k in all and never more than a group has.

    ``"proportional"`` to the sizes, ``"equal"`` as far as they go, or by their square ``"root"``,
    rounded by largest remainder; what a group cannot give goes to the others by the same rule.

    Raises
    ------
    SelectionError
        Unknown allocation.
    """
    check_allocation(allocation)
    room = np.asarray(sizes, np.int64)
    power = {"proportional": 1.0, "equal": 0.0, "root": 0.5}[allocation]
    weights = np.where(room > 0, np.maximum(room, 1) ** power, 0.0)
    given = np.zeros(len(room), np.int64)
    while given.sum() < k:
        open_weights = np.where(given < room, weights, 0.0)
        share = open_weights * ((k - given.sum()) / open_weights.sum())
        given = np.minimum(given + _rounded(share, int(k - given.sum())), room)
    return given


def check_allocation(allocation: object) -> None:
    """SelectionError unless it is one of ``ALLOCATIONS``."""
    if not isinstance(allocation, str) or allocation not in ALLOCATIONS:
        known = ", ".join(ALLOCATIONS)
        raise SelectionError(f"unknown allocation {shown(allocation)}; expected one of {known}")


def draw_from_groups(
    labels: NDArray[np.int64], k: int, allocation: str, rng: np.random.Generator
) -> Selection:
    """Draw k rows, those of each group (label 0, 1, ...; negative: none) without replacement.

    Scores are the probabilities with which rows of the group are drawn.
    """
    members = [np.flatnonzero(labels == g) for g in range(int(labels.max()) + 1)]
    counts = quotas([len(m) for m in members], k, allocation)
    parts = [rng.permutation(m)[:c] for m, c in zip(members, counts, strict=True)]
    scores = [np.full(c, c / max(len(m), 1)) for m, c in zip(members, counts, strict=True)]
    return Selection.of(np.concatenate(parts), np.concatenate(scores))


def _rounded(share: Array, total: int) -> Indices:
    """Whole numbers near the shares with this sum: the largest remainders are rounded up."""
    down = np.floor(share).astype(np.int64)
    order = in_order(down - share, float(share.max()))
    down[order[: total - int(down.sum())]] += 1
    return down
