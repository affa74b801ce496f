"""Expected errors of an evaluation's predictions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from potlearn.typing import Array, Indices
from potlearn.uncertainty.link import ONE_SIGMA

SHOWN = (ONE_SIGMA, 0.95)
"""Probabilities of the intervals that tables show: one standard deviation, and 95 %."""
LEVELS = np.array(
    [*np.arange(0.05, 0.68, 0.05), ONE_SIGMA, *np.arange(0.7, 0.95, 0.05), 0.95, 0.99]
)
"""Probabilities of the intervals that an evaluation knows."""


@dataclass(frozen=True)
class Spreads:
    """Standard deviations of n configurations with N atoms together; NaN if one is not known.

    Attributes
    ----------
    energy : (n,)
        In eV/atom.
    forces : (N, 3)
        In eV/Å.
    stress : (n, 6)
        In eV/Å³.
    gamma : (N,)
        Extrapolation grade of every atom.
    widths : mapping of quantity to (L,)
        Half widths of the intervals of :data:`LEVELS`, in standard deviations.
    """

    energy: Array
    forces: Array
    stress: Array
    gamma: Array
    widths: Mapping[str, Array]

    def subset(self, chosen: Indices, atoms: Indices) -> Spreads:
        """Of some configurations and their atoms."""
        return replace(
            self,
            energy=self.energy[chosen],
            forces=self.forces[atoms],
            stress=self.stress[chosen],
            gamma=self.gamma[atoms],
        )

    def width(self, quantity: str, level: float) -> float:
        """Half width of the interval of a level of :data:`LEVELS`, in standard deviations."""
        return float(self.widths[quantity][int(np.argmin(np.abs(LEVELS - level)))])
