"""Everything that changes during training, and its saved form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from potlearn.errors import FitError
from potlearn.neural.curve import LearningCurve
from potlearn.neural.optimisers.base import Moving
from potlearn.typing import Array, Settings


@dataclass
class State:
    """Where training is after a whole epoch; the order of batches follows from the epoch.

    Attributes
    ----------
    moving : Moving
        Parameters, their mean and what the optimiser remembers.
    best : (K, D)
        Parameters of the least validation loss.
    epoch : int
        Epochs that are done.
    curve : LearningCurve
    """

    moving: Moving
    best: Array
    epoch: int
    curve: LearningCurve

    def to_dict(self) -> Settings:
        """Nested arrays."""
        return {
            "parameters": self.moving.parameters,
            "average": self.moving.average,
            "memory": self.moving.memory,
            "best": self.best,
            "epoch": self.epoch,
            "curve": self.curve.to_dict(),
        }

    def restored(self, saved: Mapping[str, Any]) -> State:
        """The saved state of the same training.

        Raises
        ------
        FitError
            The state is damaged.
        """
        arrays = [np.asarray(saved.get(name)) for name in ("parameters", "average", "best")]
        wanted = self.best.shape, self.best.dtype
        for array in arrays:
            if (array.shape, array.dtype) != wanted or not np.isfinite(array).all():
                raise FitError(
                    f"the checkpoint of training is damaged: expected finite parameters "
                    f"{wanted[0]}, got {array.dtype} {array.shape}; remove it"
                )
        parameters, average, best = arrays
        moving = Moving(parameters, average, dict(saved["memory"]))
        curve = LearningCurve.from_dict(saved["curve"])
        return State(moving, best, int(saved["epoch"]), curve)
