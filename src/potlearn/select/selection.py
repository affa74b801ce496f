"""What a selector gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from potlearn.errors import SelectionError
from potlearn.typing import Array, Indices


@dataclass(frozen=True)
class Selection:
    """Chosen rows.

    Attributes
    ----------
    indices : (k,) int
        Row numbers, never repeated, in the order of choice.
    scores : (k,) float
        Why each was chosen; its meaning is the selector's.
    """

    indices: Indices
    scores: Array

    @classmethod
    def of(cls, indices: object, scores: object) -> Selection:
        """Selection of anything that converts to arrays."""
        return cls(np.asarray(indices, np.int64), np.asarray(scores, np.float64))

    def check(self, n: int, selector: str) -> None:
        """SelectionError unless row numbers are distinct and below ``n``: a fault of the selector.

        It is meant for selectors of other packages, and for kernels that are given as functions.
        """
        if (
            len(np.unique(self.indices)) < len(self)
            or not ((self.indices >= 0) & (self.indices < n)).all()
        ):
            raise SelectionError(
                f"{selector} gave row numbers that repeat or are not from 0 to {n - 1}; expected "
                "each row at most once: its kernel or rule is at fault"
            )

    def __len__(self) -> int:
        return len(self.indices)
