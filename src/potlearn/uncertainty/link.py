r"""From the variance of a prediction to its expected error.

.. math:: s(v) = a\, v^{p}, \qquad P(|e| \le f_\ell\, s) = \ell

The posterior of a linear fit states :math:`s = \sqrt v`: right if errors were noise of a model that
is true.  Errors of potentials are misfit of the model: they grow with v, but slower than
:math:`\sqrt v`.  A power p and a scale a, fitted to leave-one-out residuals, are sharp and cover
(p = 0.2 to 0.5 on the sets of docs/theory/uncertainty.md).  Tails are heavier than normal:
:math:`f_\ell` are quantiles of the residuals themselves, and beyond them those of Student's law.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from potlearn.errors import UncertaintyError
from potlearn.typing import Array, Settings

ONE_SIGMA = 0.682689492137086
"""Probability of the interval of one standard deviation of a normal law."""
NORMAL = np.inf
"""Degrees of freedom of Student's law that make it normal."""


@dataclass(frozen=True, eq=False)
class Link:
    r"""Expected errors from variances.

    Attributes
    ----------
    scale, power : float
        :math:`a` and :math:`p`.
    levels, factors : (L,)
        Probabilities, ascending, and half widths of their intervals in standard deviations.
    dof : float
        Degrees of freedom of Student's law beyond the last level; infinite: the normal law.
    noise : float
        Standard deviation that is added in squares, in the unit of the quantity.
    least : float
        Variances below it are zero to rounding: no coefficient decides what symmetry makes zero.
        The standard deviation is then 0, and says nothing.
    widening : float
        Root mean square of s over that of :math:`\sqrt v`: by so much the coefficients
        have to spread wider than their covariance says to be as far apart as errors are large.

    Raises
    ------
    UncertaintyError
        Numbers that are negative or not finite; levels and factors that do not belong together.
    """

    scale: float = 1.0
    power: float = 0.5
    levels: Array | None = None
    factors: Array | None = None
    dof: float = NORMAL
    noise: float = 0.0
    least: float = 0.0
    widening: float = 1.0

    def __post_init__(self) -> None:
        for name in ("scale", "power", "noise", "least", "widening", "dof"):
            object.__setattr__(self, name, float(getattr(self, name)))
        for name in ("scale", "power", "noise", "least", "widening"):
            value = getattr(self, name)
            if not 0 <= value < np.inf:
                raise UncertaintyError(
                    f"link: {name}: expected a finite number of at least 0, got {value:g}"
                )
        if not self.dof > 0:
            raise UncertaintyError(f"link: dof: expected a positive number, got {self.dof:g}")
        if self.levels is not None or self.factors is not None:
            for name in ("levels", "factors"):
                object.__setattr__(self, name, np.asarray(getattr(self, name), float))
            self._check_levels(np.asarray(self.levels), np.asarray(self.factors))

    @staticmethod
    def _check_levels(levels: Array, factors: Array) -> None:
        rise = levels.ndim == 1 and len(levels) > 0 and levels.shape == factors.shape
        rise = rise and levels[0] > 0 and levels[-1] < 1 and bool((np.diff(levels) > 0).all())
        sane = rise and bool(np.isfinite(factors).all()) and factors[0] >= 0
        if not (sane and (np.diff(factors) >= 0).all()):
            raise UncertaintyError(
                "link: levels and factors: expected as many of both, levels that rise between 0 "
                "and 1, and factors that do not fall"
            )

    def std(self, variance: Array | float) -> Array:
        """Expected errors of variances of any shape."""
        variance = np.asarray(variance, float)
        spread = np.where(variance <= self.least, 0.0, self.scale * variance**self.power)
        return np.hypot(spread, self.noise) if self.noise else spread

    def factor(self, level: float) -> float:
        """Half width of the interval of probability ``level``, in standard deviations.

        Between the levels it is linear in the normal quantile; beyond the last it grows as that of
        Student's law.

        Raises
        ------
        UncertaintyError
            The level is not between 0 and 1.
        """
        if not 0 < level < 1:
            raise UncertaintyError(f"level: expected a number between 0 and 1, got {level:g}")
        from scipy.special import ndtri

        if self.levels is None or self.factors is None:
            return _ratio(level, ONE_SIGMA, self.dof)
        if level > self.levels[-1]:
            return float(self.factors[-1]) * _ratio(level, float(self.levels[-1]), self.dof)
        at = np.concatenate([[0.0], ndtri(0.5 + 0.5 * self.levels)])
        values = np.concatenate([[0.0], self.factors])
        return float(np.interp(ndtri(0.5 + 0.5 * level), at, values))

    def to_dict(self) -> Settings:
        """Settings that rebuild it."""
        return {
            "scale": self.scale,
            "power": self.power,
            "levels": self.levels,
            "factors": self.factors,
            "dof": None if np.isinf(self.dof) else self.dof,
            "noise": self.noise,
            "least": self.least,
            "widening": self.widening,
        }

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> Link:
        """The inverse of :meth:`to_dict`."""
        given = dict(settings)
        dof = given.pop("dof")
        return cls(dof=NORMAL if dof is None else float(dof), **given)


def _ratio(level: float, base: float, dof: float) -> float:
    """Quantile of ``level`` over that of ``base``, of Student's law."""
    from scipy.special import stdtrit

    quantiles = stdtrit(dof, 0.5 + 0.5 * np.array([level, base]))
    return float(quantiles[0] / quantiles[1])
