"""The learning curve: what every epoch gave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from potlearn.typing import Array, Settings

COLUMNS = (
    "train_loss",
    "train_energy",
    "train_forces",
    "train_stress",
    "validation_loss",
    "validation_energy",
    "validation_forces",
    "validation_stress",
    "seconds",
    "learning_rate",
)
"""Losses; root mean square errors in eV/atom, eV/Å, eV/atom (virial), NaN without labels; wall
seconds since the start; learning rate at the end of the epoch.  The training errors are those of
the steps of an epoch, mean over members; those of validation are of the mean of all members.  Row 0
is the potential from which training starts."""


@dataclass
class LearningCurve:
    """Rows of :data:`COLUMNS`, one for each epoch, from the start on."""

    rows: list[list[float]] = field(default_factory=list)

    def add(self, train: Array, validation: Array, seconds: float, rate: float) -> None:
        """Add an epoch: loss and root mean square errors (4,) of both sets, time and rate."""
        self.rows.append([*map(float, train), *map(float, validation), float(seconds), float(rate)])

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, column: str) -> Array:
        return np.array([row[COLUMNS.index(column)] for row in self.rows], float)

    @property
    def best(self) -> int:
        """Epoch of least validation loss; 0: the start."""
        return int(np.argmin(self["validation_loss"]))

    def words(self) -> str:
        """Losses of the last epoch and of the best one, for a progress bar."""
        best, validation = self.best, self["validation_loss"]
        return (
            f"loss {self['train_loss'][-1]:.3g}, validation {validation[-1]:.3g}, best "
            f"{validation[best]:.3g} (epoch {best})"
        )

    def to_dict(self) -> Settings:
        """What files hold."""
        return {"rows": np.array(self.rows, float).reshape(-1, len(COLUMNS))}

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`to_dict`."""
        return cls(np.asarray(settings["rows"], float).tolist())
