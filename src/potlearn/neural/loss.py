r"""The loss of a batch, and its derivatives with respect to energies, forces and virials.

.. math::
    L = \frac{1}{B \bar w} \sum_c \Big( w^E_c (\Delta E_c / N_c)^2
        + w^F_c \sum_{i a} \Delta F_{i a}^2 + w^W_c \sum_v (\Delta W_v / N_c)^2 \Big)

over the B configurations of a batch, with the weights of a linear fit and their mean
:math:`\bar w` over all force components of a configuration.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from potlearn.fit.weights import QUANTITIES
from potlearn.neural.samples import Batch
from potlearn.typing import Array

_STRAIN = np.array([[0, 5, 4], [5, 1, 3], [4, 3, 2]])
"""Place of each component of a strain among xx yy zz yz xz xy."""
_SHARE = np.array([[1.0, 0.5, 0.5], [0.5, 1.0, 0.5], [0.5, 0.5, 1.0]])


@dataclass(frozen=True, eq=False)
class Loss:
    """Value and derivatives.

    Attributes
    ----------
    parts : (3,)
        Of energies, forces and virials; their sum is the loss.
    squares : (3, 2)
        Sum of squared residuals of energies per atom, forces and virials per atom, and how many.
    energy : (B,)
        dL/dE.
    forces : (N, 3)
        dL/dF.
    strain : (B, 3, 3)
        dL/dW as a symmetric tensor.
    """

    parts: Array
    squares: Array
    energy: Array
    forces: Array
    strain: Array

    @property
    def value(self) -> float:
        """The loss."""
        return float(self.parts.sum())

    @property
    def worst(self) -> str:
        """The quantity whose part is not finite, or largest."""
        return QUANTITIES[int(np.argmax(np.nan_to_num(self.parts, nan=np.inf)))]


def loss_of(batch: Batch, energies: Array, forces: Array, virials: Array, norm: float) -> Loss:
    """Loss of what networks give for a batch: energies (N,), forces (N, 3), virials (B, 6)."""
    n, w, w_forces = batch.sizes, batch.weights, batch.force_weights[:, None]
    d_energy = np.bincount(batch.owner, energies, len(n)) / n - batch.energy
    d_forces = forces - batch.forces
    d_virial = virials / n[:, None] - batch.virial
    scale = 1.0 / (len(n) * norm)
    parts = w[:, 0] @ d_energy**2, (w_forces * d_forces**2).sum(), (w[:, 2:] * d_virial**2).sum()
    slopes = 2 * scale * w[:, 2:] * d_virial / n[:, None]
    known = w[:, 0] > 0, w_forces[:, 0] > 0, w[:, 2] > 0
    residuals = d_energy[known[0]], d_forces[known[1]], d_virial[known[2]]
    return Loss(
        scale * np.array(parts),
        np.array([[(r**2).sum(), r.size] for r in residuals]),
        2 * scale * w[:, 0] * d_energy / n,
        2 * scale * w_forces * d_forces,
        slopes[:, _STRAIN] * _SHARE,
    )


@dataclass
class Totals:
    """Sums of losses over batches."""

    loss: float = 0.0
    count: int = 0
    squares: Array = field(default_factory=lambda: np.zeros((3, 2)))

    def add(self, loss: Loss) -> None:
        """Add the loss of a batch."""
        n = len(loss.energy)
        self.loss += loss.value * n
        self.count += n
        self.squares += loss.squares

    def errors(self) -> Array:
        """Mean loss, and root mean square errors of energies, forces and virials, (4,)."""
        sums, counts = self.squares.T
        rms = np.sqrt(np.divide(sums, counts, out=np.full(3, np.nan), where=counts > 0))
        return np.array([self.loss / max(self.count, 1), *rms])
