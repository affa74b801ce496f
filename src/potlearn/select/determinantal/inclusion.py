r"""Systematic sampling by the inclusion probabilities of a k-DPP.

.. math::
    \{ i : \exists\, m \in \mathbb Z,\ C_{i-1} \le u + m < C_i \}, \qquad
    C_i = \sum_{l \le i} \pi_l, \quad u \sim U(0, 1)

chooses exactly k rows, each with probability :math:`\pi_i` (Madow, On the theory of systematic
sampling, 1949).  Rows are looked at one after the other: nothing keeps neighbours in the order of
the file apart but their distance in it, so that a file in the order of time is stratified by time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from typing_extensions import override

from potlearn.errors import SelectionError
from potlearn.select.determinantal.kdpp import KDPP
from potlearn.select.rows import Rows
from potlearn.select.run import Run
from potlearn.select.selection import Selection
from potlearn.select.selector import Labels
from potlearn.typing import Array, Indices

# Draws, of which rounding alone spoils one.
TRIALS = 100


@dataclass(frozen=True)
class InclusionSampling(KDPP):
    """Choose k rows in one stream, with the inclusion probabilities of :class:`KDPP`.

    Parameters are those of :class:`~potlearn.select.KDPP`; scores are inclusion probabilities.
    """

    copies: ClassVar[bool] = True

    @override
    def choose(self, rows: Rows, labels: Labels | None, run: Run) -> Selection:
        probabilities = self._set_up(rows, run).inclusion_probabilities(run)
        chosen = systematic(probabilities, self.n_to_select, run.rng(0))
        return Selection(chosen, probabilities[chosen])


def systematic(probabilities: Array, k: int, rng: np.random.Generator) -> Indices:
    """Exactly k numbers, none twice; SelectionError where the probabilities do not allow it."""
    ends = np.cumsum(np.minimum(probabilities, 1.0))
    ends *= k / ends[-1]
    for _ in range(TRIALS):
        chosen = np.searchsorted(ends, rng.random() + np.arange(k), side="right")
        chosen = np.minimum(chosen, len(ends) - 1)
        if (np.diff(chosen) > 0).all():  # fails by rounding alone
            return chosen
    raise SelectionError(
        f"{k} rows cannot be drawn by their inclusion probabilities: the kernel is known to "
        f"rounding only, and these do not sum to {k}; choose fewer rows"
    )
