r"""The loss of a batch, and its derivatives with respect to energies, forces and virials.

.. math::
    L = \frac{1}{B \bar w} \sum_c \Big( w^E_c (\Delta E_c / N_c)^2
        + w^F_c \sum_{i a} \Delta F_{i a}^2 + w^W_c \sum_v (\Delta W_v / N_c)^2 \Big)

over the B configurations of a batch, with the weights of a linear fit and their mean
:math:`\bar w` over all force components of a configuration.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from potlearn.neural.samples import Batch
from potlearn.typing import Array

QUANTITIES = ("energy", "forces", "stress")
_STRAIN = np.array([[0, 5, 4], [5, 1, 3], [4, 3, 2]])
"""Place of each component of a strain among xx yy zz yz xz xy."""
_SHARE = np.array([[1.0, 0.5, 0.5], [0.5, 1.0, 0.5], [0.5, 0.5, 1.0]])


@dataclass(frozen=True)
class Loss:
    """Value and derivatives.

    Attributes
    ----------
    value : float
    squares : (3, 2)
        Sum of squared residuals of energies per atom, forces and virials per atom, and how many.
    energy : (B,)
        dL/dE.
    forces : (N, 3)
        dL/dF.
    strain : (B, 3, 3)
        dL/dW as a symmetric tensor.
    """

    value: float
    squares: Array
    energy: Array
    forces: Array
    strain: Array


def loss_of(batch: Batch, energies: Array, forces: Array, virials: Array, norm: float) -> Loss:
    """Loss of what networks give for a batch: energies (N,), forces (N, 3), virials (B, 6)."""
    n, w = batch.sizes, batch.weights
    owner = batch.system.owner
    d_energy = np.bincount(owner, energies, len(n)) / n - batch.energy
    d_forces = forces - batch.forces
    d_virial = virials / n[:, None] - batch.virial
    w_forces = batch.force_weights[:, None]
    scale = 1.0 / (len(n) * norm)
    value = scale * (
        (w[:, 0] * d_energy**2).sum()
        + (w_forces * d_forces**2).sum()
        + (w[:, 2:] * d_virial**2).sum()
    )
    slopes = 2 * scale * w[:, 2:] * d_virial / n[:, None]
    known = w[:, 0] > 0, w_forces[:, 0] > 0, w[:, 2] > 0
    residuals = d_energy[known[0]], d_forces[known[1]], d_virial[known[2]]
    return Loss(
        float(value),
        np.array([[(r**2).sum(), r.size] for r in residuals]),
        2 * scale * w[:, 0] * d_energy / n,
        2 * scale * w_forces * d_forces,
        slopes[:, _STRAIN] * _SHARE,
    )
