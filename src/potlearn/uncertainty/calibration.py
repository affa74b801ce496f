r"""Links from residuals of labels that a fit had not seen.

With residuals :math:`e_i` and variances :math:`v_i`, scale and power maximise the likelihood of
Student's law with :math:`\nu` degrees of freedom, under a weak prior on the power,

.. math:: \sum_i \log t_\nu\!\big(e_i / a v_i^{\,p}\big) - \log a v_i^{\,p}
          - \tfrac12 \Big(\frac{p - 0.3}{0.2}\Big)^2

and half widths of intervals are quantiles of :math:`|e_i| / s_i`.  Rows of one configuration are
not independent, configurations are: with k blocks the quantile of level :math:`\ell (1 + 1/k)` is
taken, as in conformal prediction with k calibration points (Vovk, Gammerman & Shafer, Algorithmic
Learning in a Random World, 2005; for groups Dunn, Wasserman & Ramdas, J. Am. Stat. Assoc. 118
(2023) 2491).  It covers :math:`\ell` in the mean for configurations that are drawn as these were.
Levels above k/(k + 1) have no such quantile: Student's law goes on from the last one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.stats import t as student

from potlearn.errors import UncertaintyError
from potlearn.typing import Array, Indices, Mask
from potlearn.uncertainty.link import ONE_SIGMA, Link

LEAST_BLOCKS = 5
"""Fewer blocks of labels say nothing of errors to come."""
BY_SYMMETRY = 1e-12
"""Variances below this part of the median are zero: symmetry alone decides such rows."""
LEVELS = np.array([*np.arange(0.1, 0.95, 0.05), 0.925, 0.95, 0.965, 0.98, 0.99, 0.995])
PRIOR_POWER, PRIOR_WIDTH = 0.3, 0.2
DOF = 2.1, 1e3
MOST_ROWS = 20_000
"""Rows that decide scale and power, at most; all rows decide the quantiles."""


class Scores(NamedTuple):
    """Residuals, variances and blocks (m,) of a quantity; the block is not in the fit.

    ``posterior`` are variances of the posterior, where ``variances`` are not the same.
    """

    errors: Array
    variances: Array
    blocks: Indices
    posterior: Array

    @classmethod
    def of(cls, errors: Array, variances: Array, blocks: Indices) -> Scores:
        """Scores whose variances are those of the posterior."""
        return cls(errors, variances, blocks, variances)

    def take(self, chosen: Mask) -> Scores:
        """Some of the rows."""
        return Scores(
            self.errors[chosen],
            self.variances[chosen],
            self.blocks[chosen],
            self.posterior[chosen],
        )

    @classmethod
    def joined(cls, parts: Sequence[Scores]) -> Scores:
        """One after the other."""
        return cls(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def least_variance(variances: Array) -> float:
    """Variance below which rows are zero by symmetry: no coefficient decides them."""
    positive = variances[variances > 0]
    return BY_SYMMETRY * float(np.median(positive)) if len(positive) else 0.0


def calibrate(scores: Scores, what: str = "the quantity") -> Link:
    """The link that residuals support.

    Raises
    ------
    UncertaintyError
        Labels of fewer than five blocks.
    """
    least = least_variance(scores.variances)
    scores = scores.take(scores.variances > least)
    k = len(np.unique(scores.blocks))
    if k < LEAST_BLOCKS:
        raise UncertaintyError(
            f"errors of {what}: expected labels of at least {LEAST_BLOCKS} configurations, got "
            f"{k}; give more data, or ask for the uncertainty 'posterior', which needs no residuals"
        )
    scale, power, dof = _fitted(scores)
    ratios = np.abs(scores.errors) / (scale * scores.variances**power)
    link = replace(_with_quantiles(scale, power, dof, ratios, k), least=least)
    widening = np.sqrt(np.sum(link.std(scores.variances) ** 2) / np.sum(scores.posterior))
    return replace(link, widening=float(widening))


def _with_quantiles(scale: float, power: float, dof: float, ratios: Array, k: int) -> Link:
    """The link whose standard deviation is the half width of the interval of 68.27 %."""
    wanted = np.union1d(LEVELS, ONE_SIGMA)
    levels = wanted[wanted * (1 + 1 / k) <= 1]
    factors = np.maximum.accumulate(np.quantile(ratios, levels * (1 + 1 / k)))
    unit = float(factors[np.searchsorted(levels, ONE_SIGMA)])
    if unit <= 0:
        raise UncertaintyError("errors of more than two thirds of the labels are zero")
    return Link(scale * unit, power, levels, factors / unit, dof)


def _fitted(scores: Scores) -> tuple[float, float, float]:
    """Scale, power and degrees of freedom of largest posterior."""
    step = -(-len(scores.errors) // MOST_ROWS)
    errors, logs = scores.errors[::step], np.log(scores.variances[::step])
    centre = float(np.median(logs))
    size = float(np.sqrt(np.mean(errors**2))) or np.finfo(float).tiny

    def loss(x: Array) -> float:
        log_s, dof = x[0] + x[1] * (logs - centre), float(np.exp(np.clip(x[2], *np.log(DOF))))
        likelihood = student.logpdf(errors / size * np.exp(-log_s), dof) - log_s
        return float(0.5 * ((x[1] - PRIOR_POWER) / PRIOR_WIDTH) ** 2 - likelihood.sum())

    start = [-0.5, PRIOR_POWER, np.log(6.0)]
    options = {"xatol": 1e-4, "fatol": 1e-6, "maxiter": 2000}
    bounds = [(-50.0, 50.0), (0.0, 1.0), tuple(np.log(DOF))]
    x = minimize(loss, start, method="Nelder-Mead", bounds=bounds, options=options).x
    return size * float(np.exp(x[0] - x[1] * centre)), float(x[1]), float(np.exp(x[2]))
