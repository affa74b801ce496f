"""What a potential says of one configuration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class Prediction:
    r"""Energy and its derivatives.

    Attributes
    ----------
    energies : (N,)
        Energy of every atom, in eV.
    forces : (N, 3)
        :math:`-\partial E / \partial x`, in eV/Å.
    virial : (6,)
        :math:`W = -\partial E / \partial \epsilon = -V \sigma` in eV, Voigt xx yy zz yz xz xy.
    """

    energies: Array
    forces: Array
    virial: Array

    @property
    def energy(self) -> float:
        """Total energy in eV."""
        return float(self.energies.sum())

    def stress(self, volume: float) -> Array:
        """Stress (6,) in eV/Å³, tensile positive."""
        return -self.virial / volume

    def scaled(self, factor: float) -> Prediction:
        """The prediction of the potential times a factor."""
        return Prediction(factor * self.energies, factor * self.forces, factor * self.virial)

    def __add__(self, other: Prediction) -> Prediction:
        return Prediction(
            self.energies + other.energies,
            self.forces + other.forces,
            self.virial + other.virial,
        )
