r"""Held-out errors of a candidate, and how two of them compare.

With :math:`e_{fq}` the root mean square error of quantity q on fold f, the score of a fold is the
logarithm of the geometric mean over energies and forces

.. math:: s_f = \tfrac12 (\ln e_{f,\rm energy} + \ln e_{f,\rm forces}),

(over what is labelled), and that of a candidate the mean over folds.  Two candidates share the
folds, so that the standard error of their difference is that of the folds' differences.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from potlearn.errors import FitError
from potlearn.typing import Array

if TYPE_CHECKING:
    from potlearn.fit.diagnose.validation import CrossValidation

SCORED = ("energy", "forces")
"""Quantities of the score; stress follows from them and is bounded instead."""
QUANTITIES = (*SCORED, "stress")
LEAST = 1e-12
"""Errors below this count as this: in eV/atom or eV/Å they are rounding."""


class Difference(NamedTuple):
    """Mean difference of two scores, and its standard error over the folds."""

    mean: float
    se: float


@dataclass(frozen=True)
class HeldOut:
    """Held-out errors by fold.

    Attributes
    ----------
    folds : {quantity: (F,)}
        Root mean square errors of every fold, in eV/atom, eV/Å and eV/atom (virial).
    pooled : {quantity: float}
        Over the held-out rows of all folds.
    """

    folds: dict[str, Array]
    pooled: dict[str, float]

    @classmethod
    def of(cls, validation: CrossValidation) -> HeldOut:
        """Errors of a cross-validation; quantities that every fold has.

        Raises
        ------
        FitError
            No quantity is in every fold.
        """
        tables = [table["all"] for table in validation.folds]
        common = [q for q in QUANTITIES if all(q in table for table in tables)]
        if not {*common} & {*SCORED}:
            raise FitError("neither energies nor forces are in every fold of the cross-validation")
        folds = {q: np.array([max(table[q], LEAST) for table in tables]) for q in common}
        return cls(folds, {q: validation.rmse["all"][q] for q in common})

    @property
    def scores(self) -> Array:
        """Score of every fold, (F,)."""
        logs = [np.log(self.folds[q]) for q in SCORED if q in self.folds]
        return np.asarray(np.mean(logs, axis=0))

    @property
    def score(self) -> float:
        """Mean score."""
        return float(self.scores.mean())

    def against(self, other: HeldOut) -> Difference:
        """Score less that of another candidate with the same folds; negative is better."""
        differences = self.scores - other.scores
        n = len(differences)
        return Difference(float(differences.mean()), float(differences.std(ddof=1) / np.sqrt(n)))

    def ratio(self, other: HeldOut, quantity: str) -> float:
        """Error of one quantity in that of another candidate: mean over folds of logarithms."""
        logs = np.log(self.folds[quantity]) - np.log(other.folds[quantity])
        return float(np.exp(logs.mean()))

    def worst(self, other: HeldOut, quantities: tuple[str, ...] = QUANTITIES) -> float:
        """Largest of the ratios; 1 where none of the quantities is labelled."""
        return max((self.ratio(other, q) for q in quantities if q in self.folds), default=1.0)
