"""What a selector gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

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

    def __len__(self) -> int:
        return len(self.indices)
