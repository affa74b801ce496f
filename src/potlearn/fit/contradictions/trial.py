r"""Fits to energies, forces and the stress of some groups, and their errors on what they lack.

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

from potlearn.fit.ledger.ledger import Entry, Ledger
from potlearn.fit.posed import Posed
from potlearn.fit.rows.names import Key, species_of
from potlearn.fit.settings import FitSettings
from potlearn.fit.solve.evidence import EvidenceRidge
from potlearn.fit.solve.penalised import RidgeFactor
from potlearn.fit.solve.spectrum import column_scales
from potlearn.fit.weights import Weights
from potlearn.linalg.lapack import solve_triangular
from potlearn.linalg.triangular import factor, stack
from potlearn.typing import Array, Settings

LARGEST_LEVERAGE = 0.95
"""Rows that the fit nearly reproduces say nothing of its errors."""
NEGLIGIBLE = 0.05
"""Part of the root mean square error of all energies below which a group's errors do not matter."""


@dataclass(frozen=True)
class Error:
    """Rows of a key, their sum of squared errors if they were held out, and their leverage."""

    n: int
    squares: float
    leverage: float


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
    condensed : Ledger
        One weighted factor of all energies and forces, and those of the groups' stress.
    ridge : float
        Penalty of largest evidence without any stress.
    """

    ledger: Ledger
    settings: FitSettings
    condensed: Ledger
    ridge: float = 0.0

    @classmethod
    def of(cls, ledger: Ledger, settings: FitSettings) -> Trials:
        """Choose the penalty; FitError where energies and forces have no rows."""
        trials = cls(ledger, settings, _condensed(ledger, settings.weights))
        solution = EvidenceRidge().solve(trials._posed(()).problem)
        return replace(trials, ridge=solution.info.ridge)

    @cached_property
    def base(self) -> Trial:
        """The fit without any stress."""
        return self.of_groups(())

    @property
    def scatter(self) -> float:
        r"""How far the ratio of two root mean squares is from 1 by chance.

        That of ``n`` errors each scatters by :math:`1/\sqrt{n}` where they are independent, and
        less where they are of the same configurations; ``n`` are the energies (without any, the
        force components) that the fit without stress leaves free, :math:`\sum (1 - h)`.
        """
        quantities = {key[1] for key in self.base.errors}
        counted = "energy" if "energy" in quantities else "forces"
        free = [e.n * (1 - e.leverage) for key, e in self.base.errors.items() if key[1] == counted]
        return float(sum(free) ** -0.5)

    def of_groups(self, groups: Collection[str]) -> Trial:
        """The fit with the stress of these groups."""
        posed = self._posed(groups)
        scales = column_scales(posed.problem, "columns")
        penalised = RidgeFactor.of(posed.problem, self.ridge, scales)
        coefficients = posed.coefficients(solve_triangular(penalised.triangle, penalised.rhs))
        return Trial(coefficients, dict(self._errors(posed, penalised, coefficients)))

    @cached_property
    def _one_body(self) -> Settings:
        """One-body energies: they are the composition's, whatever the stress."""
        species = species_of(self.ledger.columns)
        return self.settings.one_body.options(self.ledger, self.settings.weights, species)

    def _posed(self, groups: Collection[str]) -> Posed:
        stress = {g: {"stress": self.settings.weights.of(g, "stress")} for g in groups}
        weights, options = Weights(1.0, 0.0, 0.0, stress), self._one_body
        problem = self.condensed.problem(weights, **options)
        given = (options.get(name, {}) for name in ("fixed", "offset"))
        return Posed(problem, self.ledger.columns, *given)

    def _errors(
        self, posed: Posed, penalised: RidgeFactor, coefficients: Array
    ) -> Iterator[tuple[tuple[str, str], Error]]:
        for key, residual in self.ledger.residuals(coefficients, folds=[0]).items():
            weight = self.settings.weights.of(key.group, key.quantity)
            if key.quantity != "stress" and weight > 0:
                leverage = weight * self._trace(key, posed, penalised) / residual.n
                leverage = min(leverage, LARGEST_LEVERAGE)
                squares = residual.sum_squares / (1 - leverage) ** 2
                yield (key.group, key.quantity), Error(residual.n, squares, leverage)

    def _trace(self, key: Key, posed: Posed, penalised: RidgeFactor) -> float:
        """Squared Frobenius norm of a key's rows over the penalised factor."""
        free, rows = posed.free, self.ledger.factor(key)[:, : len(posed.columns)]
        chosen = rows[:, free] if free.ndim == 1 else rows @ free
        half = solve_triangular(penalised.triangle, np.asfortranarray(chosen.T), transposed=True)
        return float(np.sum(half**2))


def _condensed(ledger: Ledger, weights: Weights) -> Ledger:
    """Stress as it is, and all else as one factor, filed as energy of no group."""
    result = Ledger(ledger.columns, ledger.penalties)
    parts, n = [np.zeros((0, ledger.width))], 0
    for key, entry in sorted(ledger.entries.items()):
        weight = weights.of(key.group, key.quantity)
        if key.quantity == "stress":
            result.entries[Key(0, key.group, "stress")] = entry
        elif weight > 0:
            parts.append(np.sqrt(weight) * ledger.factor(key))
            n += entry.n
    rest = Entry(ledger.width)
    rest.accumulator.reduced, rest.n = factor(stack(parts)), n
    result.entries[Key(0, "", "energy")] = rest
    return result


def without_stress(weights: Weights, groups: Collection[str]) -> Weights:
    """The same weights, and none for the stress of these groups."""
    zero = {g: {**weights.groups.get(g, {}), "stress": 0.0} for g in sorted(groups)}
    return replace(weights, groups={**weights.groups, **zero})
