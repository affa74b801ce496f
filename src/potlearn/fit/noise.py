r"""Weights from noise levels of largest evidence: an option, and rarely a good one.

For every quantity q (or group and quantity) with rows :math:`X_q`, residuals and weight
:math:`w_q = 1 / \sigma_q^2`,

.. math:: \sigma_q^2 = \frac{\sum_{i \in q} e_i^2}{n_q - w_q\, {\rm tr}(T^{-T} X_q^T X_q T^{-1})}

is iterated to a fixed point, where the evidence is stationary (MacKay, Neural Computation 4 (1992)
415).  It takes misfit of the model for noise.  Forces have hundreds of times more rows than
energies: energies lose, 13.6 in place of 2.4 meV/atom on silicon (Zuo et al. 2020).  Weights of a
fit and calibration of its errors are two different things
(:func:`~potlearn.uncertainty.quantify` does the second).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from potlearn.fit.ledger.ledger import Ledger
from potlearn.fit.posed import Posed
from potlearn.fit.rows.names import COLLAPSED
from potlearn.fit.settings import FitSettings, Noise
from potlearn.fit.solve.penalised import RidgeFactor
from potlearn.fit.solve.spectrum import column_scales
from potlearn.fit.weights import Weights
from potlearn.linalg.blas import one_blas_thread
from potlearn.linalg.lapack import solve_triangular

ITERATIONS, TOLERANCE = 30, 1e-3
ALL = COLLAPSED
ROUNDING = 1e-13
"""Penalty of a fit without one."""
LEAST = 1e-8
"""Smallest noise level, in the unit of the rows."""
LEAST_LEFT = 2.0
"""Rows less parameters that they decide: fewer say nothing of a level, and the weight stays."""


@dataclass(frozen=True)
class NoiseLevels:
    """Noise levels of largest evidence.

    Attributes
    ----------
    sigma : mapping of (group, quantity) to level
        eV/atom for energies and virials, eV/Å for forces; group ``"*"``: all that have no own.
    weights : Weights
        One over their squares.
    """

    sigma: Mapping[tuple[str, str], float]
    weights: Weights

    @property
    def note(self) -> str:
        """What a user should know."""
        levels = ", ".join(
            f"{quantity} {level:.3g}" + ("" if group == ALL else f" ({group})")
            for (group, quantity), level in self.sigma.items()
        )
        return (
            f"weights from noise levels by evidence: {levels} (eV/atom, eV/Å, eV/atom of virial); "
            "they take misfit for noise and often ruin energies, so compare with fixed weights"
        )


def noise_levels(ledger: Ledger, settings: FitSettings, by: Noise = "quantity") -> NoiseLevels:
    """Noise levels of a ledger's rows, from the weights of the settings on.

    Levels by group need a ledger that keeps the groups apart (``keep_groups``).

    Raises
    ------
    FitError
        The problem cannot be solved as asked.
    """
    keys = _keys(ledger, settings.weights, by)
    weights = {key: settings.weights.of(*key) for key in keys}
    with one_blas_thread():
        for _ in range(ITERATIONS):
            parts = _parts(ledger, settings, weights)
            new = {key: _weight(*parts[key], weights[key]) for key in keys}
            moved = max(abs(np.log(new[key] / weights[key])) for key in keys)
            weights = new
            if moved < TOLERANCE:
                break
    sigma = {key: float(1 / np.sqrt(weight)) for key, weight in weights.items()}
    return NoiseLevels(sigma, _as_weights(weights))


def _keys(ledger: Ledger, weights: Weights, by: Noise) -> list[tuple[str, str]]:
    """What has a level of its own: (group, quantity), group ``"*"`` where groups share it."""
    found = {
        (key.group if by == "group" else ALL, key.quantity)
        for key, entry in ledger.entries.items()
        if entry.n and weights.of(key.group, key.quantity) > 0
    }
    return sorted(found)


def _as_weights(values: Mapping[tuple[str, str], float]) -> Weights:
    general = {quantity: value for (group, quantity), value in values.items() if group == ALL}
    own: dict[str, dict[str, float]] = {}
    for (group, quantity), value in values.items():
        if group != ALL:
            own.setdefault(group, {})[quantity] = value
    return Weights(**{"energy": 0.0, "forces": 0.0, "stress": 0.0, **general}, groups=own)


def _parts(
    ledger: Ledger, settings: FitSettings, values: Mapping[tuple[str, str], float]
) -> dict[tuple[str, str], tuple[float, float]]:
    """Sum of squared residuals, and rows less parameters that they decide, of every level."""
    settings = replace(settings, weights=_as_weights(values))
    posed = Posed.of(ledger, settings)
    solution = settings.make_solver().solve(posed.problem)
    coefficients = posed.coefficients(solution.coefficients)
    scales = column_scales(posed.problem, solution.info.scaling)
    triangle = RidgeFactor.of(posed.problem, max(solution.info.ridge, ROUNDING), scales).triangle
    found = dict.fromkeys(values, (0.0, 0.0))
    for key, residual in ledger.residuals(coefficients).items():
        own = (key.group, key.quantity)
        name = own if own in values else (ALL, key.quantity)
        if name not in values:
            continue
        rows = ledger.factor(key)[:, : len(ledger.columns)]
        free = rows[:, posed.free] if posed.free.ndim == 1 else rows @ posed.free
        half = solve_triangular(triangle, free.T, transposed=True)
        decided = values[name] * float(np.sum(half**2))
        squares, left = found[name]
        found[name] = squares + residual.sum_squares, left + residual.n - decided
    return found


def _weight(squares: float, left: float, weight: float) -> float:
    """One over the square of a noise level; as before, where rows do not decide one.

    Labels that a fit can match exactly would have no noise, and outweigh all others.
    """
    return 1 / max(squares / left, LEAST**2) if left >= LEAST_LEFT else weight
