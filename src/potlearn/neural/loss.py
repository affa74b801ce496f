r"""The loss of a batch, and its derivatives with respect to energies, forces and virials.

.. math::
    L = \frac{1}{B \bar w} \sum_c \Big( w^E_c (\Delta E_c / N_c)^2
        + w^F_c \sum_{i a} \Delta F_{i a}^2 + w^W_c \sum_v (\Delta W_v / N_c)^2 \Big)

over the B configurations of a batch, with the weights of a linear fit.  :math:`\bar w` is the sum
of the weights of all force components of a configuration, mean over the training set.  A residual
r far above a limit h counts linearly: its square is replaced by

.. math:: \rho(r) = 2 h^2 \big(\sqrt{1 + (r / h)^2} - 1\big), \qquad
    \rho'(r) = 2 r / \sqrt{1 + (r / h)^2}

Otherwise a few compressed cells would dominate the loss.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from potlearn.fit.weights import QUANTITIES
from potlearn.neural.samples import Batch, Samples
from potlearn.typing import Array

_STRAIN = np.array([[0, 5, 4], [5, 1, 3], [4, 3, 2]])
"""Place of each component of a strain among xx yy zz yz xz xy."""
_SHARE = np.array([[1.0, 0.5, 0.5], [0.5, 1.0, 0.5], [0.5, 0.5, 1.0]])


@dataclass(frozen=True, eq=False)
class Measure:
    """What residuals are compared with.

    Attributes
    ----------
    norm : float
        Mean over configurations of the sum of the weights of force components.
    limits : (3,)
        Residuals h of energies, forces and virials from which losses become linear, or inf.
    """

    norm: float
    limits: Array

    @classmethod
    def of(cls, samples: Samples, robust: float) -> Measure:
        """Of a training set; limits are ``robust`` times the typical residual, 0: no limits.

        Typical are the median of energies and of virials, and half the root mean square of forces.
        """
        items = samples.items
        total = sum(3.0 * s.weights[1] * s.labelled.sum() for s in items)
        if total == 0.0:
            total = sum(float(s.weights.sum()) for s in items)
        known = (
            np.array([s.energy for s in items if s.weights[0] > 0]),
            np.concatenate([s.forces[s.labelled * s.weights[1] > 0].ravel() for s in items]),
            np.array([s.virial for s in items if s.weights[2] > 0]),
        )
        typical = _median(known[0]), 0.5 * _rms(known[1]), _median(known[2])
        limits = robust * np.array(typical)
        return cls(total / len(items), np.where(limits > 0, limits, np.inf))


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


@np.errstate(over="ignore", invalid="ignore")
def loss_of(batch: Batch, energies: Array, forces: Array, virials: Array, measure: Measure) -> Loss:
    """Loss of what networks give for a batch: energies (N,), forces (N, 3), virials (B, 6).

    It is not finite where they are not; whoever trains looks at it.
    """
    n, w, w_forces = batch.sizes, batch.weights, batch.force_weights[:, None]
    residuals = (
        np.bincount(batch.owner, energies, len(n)) / n - batch.energy,
        forces - batch.forces,
        virials / n[:, None] - batch.virial,
    )
    weights, scale = (w[:, 0], w_forces, w[:, 2:]), 1.0 / (len(n) * measure.norm)
    softened = [_softened(r, h) for r, h in zip(residuals, measure.limits, strict=True)]
    parts = [(a * rho).sum() for a, (rho, _) in zip(weights, softened, strict=True)]
    energy, force, virial = (2 * scale * a * r for a, (_, r) in zip(weights, softened, strict=True))
    slopes = virial / n[:, None]
    return Loss(
        scale * np.array(parts),
        np.array([_squares(r, a) for r, a in zip(residuals, weights, strict=True)]),
        energy / n,
        force,
        slopes[:, _STRAIN] * _SHARE,
    )


def _softened(r: Array, limit: float) -> tuple[Array, Array]:
    """Squares and residuals that grow more slowly beyond a limit: rho(r) and rho'(r) / 2."""
    if limit == np.inf:
        return r**2, r
    root = np.sqrt(1 + (r / limit) ** 2)
    return 2 * r**2 / (1 + root), r / root


def _squares(residuals: Array, weights: Array) -> tuple[float, int]:
    """Sum of squares where there is a weight, and how many."""
    known = residuals[weights.reshape(len(weights)) > 0]
    return float((known**2).sum()), known.size


def _median(values: Array) -> float:
    return float(np.median(np.abs(values))) if values.size else 0.0


def _rms(values: Array) -> float:
    return float(np.sqrt((values**2).mean())) if values.size else 0.0


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
