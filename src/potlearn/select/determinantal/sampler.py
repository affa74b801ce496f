"""Draws and inclusion probabilities of a determinantal point process, after one set-up."""

from __future__ import annotations

import numpy as np

from potlearn.select.determinantal.ensemble import Ensemble
from potlearn.select.determinantal.laws import Law
from potlearn.select.determinantal.projection import LeverageSampler
from potlearn.select.run import Run
from potlearn.select.selection import Selection
from potlearn.select.vectors import squared_norms
from potlearn.typing import Array, Indices


class DeterminantalSampler:
    """Set-up of a DPP or k-DPP; every draw is exact and independent of the others."""

    def __init__(self, ensemble: Ensemble, law: Law) -> None:
        self.ensemble, self.law = ensemble, law
        self._items = LeverageSampler(ensemble)

    @property
    def rank(self) -> int:
        """Rank of the kernel matrix: the largest number of rows with a volume."""
        return self.ensemble.rank

    def draw(self, rng: np.random.Generator) -> Indices:
        """Row numbers of one draw."""
        columns = self.law.draw(rng)
        return self._items.draw(columns, rng) if len(columns) else np.zeros(0, np.int64)

    def select(self, rng: np.random.Generator) -> Selection:
        """A draw, scored by the inclusion probabilities of its rows."""
        chosen = self.draw(rng)
        axes = self.ensemble.axes * np.sqrt(self.law.probabilities)
        V = self.ensemble.vectors(chosen, axes)
        return Selection(chosen, squared_norms(V))

    def inclusion_probabilities(self, run: Run) -> Array:
        r"""Probability that each row is drawn, (N,): :math:`\pi_i = \sum_j p_j V_{ij}^2`."""
        return self.ensemble.weighted(self.law.probabilities, run, "inclusion")
