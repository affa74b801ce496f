r"""Draws from a projection DPP by rejection from leverage scores.

For orthonormal columns J of V the items are drawn one by one, with

.. math::
    P(i \mid i_1 .. i_t) = \frac{|r_i|^2}{k - t}, \qquad
    r_i = v_i - \text{projection on } v_{i_1} .. v_{i_t}, \quad v_i = V_{i,J}

(Hough, Krishnapur, Peres & Virág, Determinantal processes and independence, 2006, algorithm 18).
Here i is proposed with probability :math:`h_i / r`, from the leverages of all r columns, and kept
with probability :math:`|r_i|^2 / h_i \le 1`: the law is the same, an item costs
:math:`r / (k - t)` proposals on average, a draw about :math:`r \ln k`, and none of them looks at
all N rows.  (Rejection with the same chain rule: Barthelmé, Tremblay & Amblard, A faster sampler
for discrete determinantal point processes, 2023.)
"""

from __future__ import annotations

import numpy as np

from potlearn.errors import SelectionError
from potlearn.select.determinantal.ensemble import Ensemble
from potlearn.select.vectors import orthonormal, squared_norms
from potlearn.typing import Array, Indices

# Proposals that are made at once, at most.
BATCH = 512
# Proposals for each of the rank's columns without an item, after which none can be expected: the
# chance of so many is e^-100.
PATIENCE = 100


class LeverageSampler:
    """Draws from an ensemble; the cumulative leverages are the only work over all rows."""

    def __init__(self, ensemble: Ensemble) -> None:
        self.ensemble = ensemble
        self.cumulative = np.cumsum(ensemble.leverages)

    def draw(self, columns: Indices, rng: np.random.Generator) -> Indices:
        """Items of the projection DPP of some columns of V, in the order of their draw.

        Raises
        ------
        SelectionError
            Rounding leaves nothing of the rows that are missing.
        """
        axes = np.ascontiguousarray(self.ensemble.axes[:, columns])
        k = len(columns)
        chosen, idle = list[int](), 0
        basis = np.zeros((k, k))
        while len(chosen) < k:
            expected = self.ensemble.rank * (1.0 + np.log(k - len(chosen)))
            size = int(min(BATCH, max(16.0, 1.2 * expected)))
            before, idle = len(chosen), idle + size
            self._accept(self._propose(size, rng), axes, rng, chosen, basis)
            idle = 0 if len(chosen) > before else idle
            if idle > PATIENCE * self.ensemble.rank:
                raise SelectionError(
                    f"{k} rows cannot be drawn: only {before} are distinct to the kernel; "
                    "choose fewer, or take a kernel of higher rank"
                )
        return np.array(chosen, np.int64)

    def _propose(self, size: int, rng: np.random.Generator) -> Indices:
        places = rng.random(size) * self.cumulative[-1]
        found = np.searchsorted(self.cumulative, places, side="right")
        return np.asarray(np.minimum(found, len(self.cumulative) - 1))

    def _accept(
        self,
        proposed: Indices,
        axes: Array,
        rng: np.random.Generator,
        chosen: list[int],
        basis: Array,
    ) -> None:
        """Go through a batch in order; ``chosen`` and the rows of ``basis`` grow."""
        V = self.ensemble.vectors(proposed, axes)
        thresholds = rng.random(len(proposed)) * self.ensemble.leverages[proposed]
        done = basis[: len(chosen)]
        left = squared_norms(V - (V @ done.T) @ done)
        start = 0
        while len(chosen) < len(basis):
            kept = thresholds[start:] < left[start:]
            if not kept.any():
                return
            at = start + int(kept.argmax())
            start = at + 1
            if int(proposed[at]) in chosen:  # rounding left something of it
                continue
            direction = orthonormal(V[at], basis[: len(chosen)])
            basis[len(chosen)] = direction
            chosen.append(int(proposed[at]))
            left[start:] -= (V[start:] @ direction) ** 2
