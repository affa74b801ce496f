r"""Fits to energies, forces and the stress of some groups, and how they err on what they have not seen.

The error on held-out rows of a key (group and quantity) is estimated from its residual sum of
squares and the mean leverage of its rows,

.. math:: \frac{{\rm RSS}}{(1 - h)^2}, \qquad
   h = \frac{w}{n} \|R\, T^{-1}\|_F^2, \qquad T^T T = X^T X + \lambda S^2

with the key's factor ``R``, weight ``w`` and number of rows ``n``: generalised cross-validation
(Golub, Heath & Wahba, Technometrics 21 (1979) 215), one key at a time.  It needs no folds in the
ledger, and one penalised factor for every fit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from potlearn.fit.ledger.ledger import Ledger
from potlearn.fit.posed import Posed
from potlearn.fit.rows.names import Key
from potlearn.fit.settings import FitSettings
from potlearn.fit.solve.evidence import EvidenceRidge
from potlearn.fit.solve.penalised import RidgeFactor
from potlearn.fit.solve.spectrum import column_scales
from potlearn.fit.weights import Weights
from potlearn.linalg.lapack import solve_triangular
from potlearn.typing import Array

LARGEST_LEVERAGE = 0.95
"""Rows that the fit nearly reproduces say nothing of its errors."""
NEGLIGIBLE = 0.05
"""Part of the root mean square error of all energies below which a group's errors do not matter."""


@dataclass(frozen=True)
class Error:
    """Rows of a key, and their estimated sum of squared errors if they were held out."""

    n: int
    squares: float


@dataclass(frozen=True)
class Harm:
    """By what factor a fit errs more than the one without any stress.

    Attributes
    ----------
    energy, forces : float
        Root mean square over all rows.
    typical : float
        Geometric mean over configurations of the factor of their group's energies: seen also where
        another group has far larger errors.
    """

    energy: float
    forces: float
    typical: float

    @property
    def overall(self) -> float:
        """The larger factor of the root mean squares, as metrics give them."""
        return max(self.energy, self.forces)

    @property
    def anywhere(self) -> float:
        """The largest factor."""
        return max(self.energy, self.forces, self.typical)


@dataclass(frozen=True)
class Trial:
    """A fit to energies, forces and some stress.

    Attributes
    ----------
    coefficients : (C,)
    errors : mapping
        Of every group's energies and forces, by (group, quantity).
    """

    coefficients: Array
    errors: Mapping[tuple[str, str], Error]

    def harm(self, base: Trial) -> Harm:
        """Against the fit without any stress."""
        return Harm(self._ratio(base, "energy"), self._ratio(base, "forces"), self._typical(base))

    def _ratio(self, base: Trial, quantity: str) -> float:
        squares = [
            (error.squares, base.errors[key].squares)
            for key, error in self.errors.items()
            if key[1] == quantity
        ]
        mine, theirs = (sum(values) for values in zip(*squares, strict=True)) if squares else (0, 0)
        return float(np.sqrt(mine / theirs)) if theirs > 0 else 1.0

    def _typical(self, base: Trial) -> float:
        pairs = [
            (error.n, error.squares / error.n, base.errors[key].squares / error.n)
            for key, error in self.errors.items()
            if key[1] == "energy"
        ]
        if not pairs:
            return 1.0
        n, mine, theirs = np.array(pairs).T
        floor = NEGLIGIBLE**2 * float(n @ theirs / n.sum())
        if floor == 0:
            return 1.0
        return float(np.exp(n @ np.log((mine + floor) / (theirs + floor)) / (2 * n.sum())))


@dataclass(frozen=True)
class Trials:
    """Fits of one ledger under one penalty.

    Attributes
    ----------
    ledger : Ledger
        Without folds.
    settings : FitSettings
        Of its weights and one-body energies.
    ridge : float
        Penalty of largest evidence without any stress.
    """

    ledger: Ledger
    settings: FitSettings
    ridge: float

    @classmethod
    def of(cls, ledger: Ledger, settings: FitSettings) -> Trials:
        """Choose the penalty; FitError where energies and forces have no rows."""
        trials = cls(ledger, settings, 0.0)
        solution = EvidenceRidge().solve(trials._posed(()).problem)
        return replace(trials, ridge=solution.info.ridge)

    @cached_property
    def base(self) -> Trial:
        """The fit without any stress."""
        return self.of_groups(())

    @property
    def n_configurations(self) -> int:
        """Configurations that energies (or else forces) are of: those whose errors are compared."""
        n = self.ledger.count("energy")
        return n or self.ledger.count("forces") // 3

    def of_groups(self, groups: Collection[str]) -> Trial:
        """The fit with the stress of these groups."""
        posed = self._posed(groups)
        scales = column_scales(posed.problem, "columns")
        factor = RidgeFactor.of(posed.problem, self.ridge, scales)
        coefficients = posed.coefficients(solve_triangular(factor.triangle, factor.rhs))
        return Trial(coefficients, dict(self._errors(posed, factor, coefficients)))

    def _posed(self, groups: Collection[str]) -> Posed:
        weights = self.settings.weights
        dropped = set(self.ledger.groups) - set(groups)
        settings = replace(self.settings, weights=without_stress(weights, dropped))
        return Posed.of(self.ledger, settings)

    def _errors(
        self, posed: Posed, factor: RidgeFactor, coefficients: Array
    ) -> Iterator[tuple[tuple[str, str], Error]]:
        for key, residual in self.ledger.residuals(coefficients, folds=[0]).items():
            weight = self.settings.weights.of(key.group, key.quantity)
            if key.quantity != "stress" and weight > 0:
                leverage = min(weight * self._trace(key, posed, factor) / residual.n, 1.0)
                free = 1 - min(leverage, LARGEST_LEVERAGE)
                yield (key.group, key.quantity), Error(residual.n, residual.sum_squares / free**2)

    def _trace(self, key: Key, posed: Posed, factor: RidgeFactor) -> float:
        """Squared Frobenius norm of a key's rows over the penalised factor."""
        free, rows = posed.free, self.ledger.factor(key)[:, : len(posed.columns)]
        chosen = rows[:, free] if free.ndim == 1 else rows @ free
        half = solve_triangular(factor.triangle, np.asfortranarray(chosen.T), transposed=True)
        return float(np.sum(half**2))


def without_stress(weights: Weights, groups: Collection[str]) -> Weights:
    """The same weights, and none for the stress of these groups."""
    zero = {g: {**weights.groups.get(g, {}), "stress": 0.0} for g in sorted(groups)}
    return replace(weights, groups={**weights.groups, **zero})
