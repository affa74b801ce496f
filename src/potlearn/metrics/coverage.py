r"""How well expected errors cover the errors: one row for each group and quantity.

The coverage of level :math:`\ell` is the share of components with :math:`|e| \le f_\ell\, s`.  Its
interval is that of a binomial share (Clopper & Pearson, Biometrika 26 (1934) 404) of as many trials
as there are configurations: components of one configuration are not independent.  Components whose
standard deviation is zero, such as forces that vanish by symmetry, are left out and counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from potlearn.metrics.errors import EVERYTHING, members
from potlearn.metrics.evaluation import Evaluation, Values
from potlearn.metrics.quantities import QUANTITIES
from potlearn.metrics.spreads import LEVELS, SHOWN
from potlearn.typing import Array, Indices, Mask, Settings


@dataclass(frozen=True)
class Covered:
    """Coverage of one level: share of the components, and its binomial interval."""

    level: float
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Coverage:
    """Expected errors of one quantity and group against its errors.

    Attributes
    ----------
    n, configurations, zero : int
        Components that count, their configurations, and components left out.
    at : tuple of Covered
        Coverage of 68.27 and 95 %.
    width : float
        Mean half width of the interval of 68.27 %, in the unit of the quantity.
    constant : float
        Half width of the one interval that would cover as much, for comparison.
    rank : float or None
        Rank correlation of standard deviations and absolute errors.
    """

    n: int
    configurations: int
    zero: int
    at: tuple[Covered, ...]
    width: float
    constant: float
    rank: float | None

    def to_dict(self) -> Settings:
        """As numbers for JSON."""
        levels = {
            f"{100 * c.level:.0f}": {"share": c.share, "low": c.low, "high": c.high}
            for c in self.at
        }
        counts = {"n": self.n, "configurations": self.configurations, "zero": self.zero}
        sizes = {"width": self.width, "constant_width": self.constant, "rank": self.rank}
        return {**counts, "coverage": levels, **sizes}


@dataclass(frozen=True)
class Scores:
    """Errors (m,), standard deviations (m,) and configurations (m,) of one quantity."""

    errors: Array
    stds: Array
    configuration: Indices

    @classmethod
    def of(cls, evaluation: Evaluation, quantity: str) -> Scores | None:
        """Of all labelled components; None without labels or standard deviations."""
        values = evaluation.values(quantity)
        stds = stds_of(evaluation, quantity, values)
        if stds is None:
            return None
        known = np.isfinite(stds)
        if not known.any():
            return None
        return cls(values.error[known], stds[known], values.configuration[known])

    def take(self, chosen: Mask) -> Scores:
        """Some of the components."""
        return Scores(self.errors[chosen], self.stds[chosen], self.configuration[chosen])


def stds_of(evaluation: Evaluation, quantity: str, values: Values) -> Array | None:
    """Standard deviations (m,) of labelled components; NaN if one is not known.

    None without an uncertainty of the quantity.
    """
    spreads = evaluation.spreads
    if spreads is None or quantity not in spreads.widths:
        return None
    table = getattr(spreads, quantity).reshape(-1, len(QUANTITIES[quantity].components))
    stds: Array = table[values.row, values.component]
    return stds


def coverage(evaluation: Evaluation) -> dict[str, dict[str, Coverage]]:
    """Coverage by group (``"all"`` first) and quantity; empty without an uncertainty."""
    found: dict[str, dict[str, Coverage]] = {}
    groups = members(evaluation)
    for quantity in QUANTITIES:
        scores = Scores.of(evaluation, quantity)
        for name in [EVERYTHING, *(g for g in groups if g != EVERYTHING)] if scores else ():
            assert scores is not None
            part = scores.take(groups[name][scores.configuration])
            row = _coverage(evaluation, quantity, part)
            if row is not None:
                found.setdefault(name, {})[quantity] = row
    return found


def calibration_curve(evaluation: Evaluation, quantity: str) -> tuple[Array, Array] | None:
    """Probabilities of intervals and shares of errors within them; None without both."""
    scores = Scores.of(evaluation, quantity)
    if scores is None or evaluation.spreads is None:
        return None
    part = scores.take(scores.stds > 0)
    if not len(part.errors):
        return None
    ratios = np.sort(np.abs(part.errors) / part.stds)
    widths = evaluation.spreads.widths[quantity]
    return LEVELS, np.searchsorted(ratios, widths, side="right") / len(ratios)


def _coverage(evaluation: Evaluation, quantity: str, scores: Scores) -> Coverage | None:
    assert evaluation.spreads is not None
    part = scores.take(scores.stds > 0)
    if not len(part.errors):
        return None
    sizes, k = np.abs(part.errors), len(np.unique(part.configuration))
    at = []
    for level in SHOWN:
        width = evaluation.spreads.width(quantity, level)
        at.append(covered(level, float(np.mean(sizes <= width * part.stds)), k))
    return Coverage(
        n=len(sizes),
        configurations=k,
        zero=len(scores.errors) - len(sizes),
        at=tuple(at),
        width=float(part.stds.mean()),
        constant=float(np.quantile(sizes, at[0].share)),
        rank=_rank(part.stds, sizes),
    )


def covered(level: float, share: float, trials: int) -> Covered:
    """The share of so many independent trials, with its 95 % interval (Clopper & Pearson)."""
    from scipy.stats import beta

    hits = share * trials
    low = beta.ppf(0.025, hits, trials - hits + 1) if hits > 0 else 0.0
    high = beta.ppf(0.975, hits + 1, trials - hits) if hits < trials else 1.0
    return Covered(level, share, float(low), float(high))


def _rank(stds: Array, sizes: Array) -> float | None:
    """Spearman's rank correlation; None where one of both is constant."""
    if np.ptp(stds) == 0 or np.ptp(sizes) == 0:
        return None
    from scipy.stats import rankdata

    return float(np.corrcoef(rankdata(stds), rankdata(sizes))[0, 1])
