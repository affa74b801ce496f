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
Levels above k/(k + 1) have no such quantile; there the quantiles of Student's law are used, scaled
to agree at the last level.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from potlearn.errors import UncertaintyError
from potlearn.linalg.blas import one_blas_thread
from potlearn.optimise import minimize
from potlearn.typing import Array, Indices, Mask
from potlearn.uncertainty.link import ONE_SIGMA, Link

LEAST_BLOCKS = 5
"""Fewer blocks of labels say nothing of errors to come."""
BY_SYMMETRY = 1e-12
"""Variances below this part of their mean are zero: symmetry alone decides such rows."""
LEVELS = np.array([*np.arange(0.1, 0.95, 0.05), 0.925, 0.95, 0.965, 0.98, 0.99, 0.995])
PRIOR_POWER, PRIOR_WIDTH = 0.3, 0.2
DOF = 2.1, 1e3
NO_RESIDUALS = ", or ask for the uncertainty 'posterior', which needs no residuals"
"""What else a linear fit has."""
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

    @property
    def n_blocks(self) -> int:
        """Number of blocks that say something: of rows that coefficients decide."""
        return len(np.unique(self.blocks[self.variances > least_variance(self.variances)]))

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
    """Variance below which rows are zero by symmetry: no coefficient decides them.

    They may be most of all rows, such as forces in crystals: the mean hardly depends on them.
    """
    return BY_SYMMETRY * float(np.mean(variances)) if len(variances) else 0.0


def calibrate(scores: Scores, what: str = "the quantity", otherwise: str = "") -> Link:
    """The link that residuals support; ``otherwise`` ends messages of what else could be done.

    Raises
    ------
    UncertaintyError
        Labels of fewer than five blocks.
    """
    least = least_variance(scores.variances)
    scores = scores.take(scores.variances > least)
    k = len(np.unique(scores.blocks))
    if k < LEAST_BLOCKS:
        raise too_few(what, k, otherwise)
    fitted = _fitted(scores)
    found = None if fitted is None else _with_quantiles(scores, *fitted, k)
    if found is None:
        raise _without_errors(what, otherwise)
    link = replace(found, least=least)
    widening = np.sqrt(np.sum(link.std(scores.variances) ** 2) / np.sum(scores.posterior))
    return replace(link, widening=float(widening))


def too_few(what: str, k: int, otherwise: str = "") -> UncertaintyError:
    """What to say of labels in ``k`` blocks only."""
    return UncertaintyError(
        f"errors of {what}: expected labels of at least {LEAST_BLOCKS} independent configurations "
        f"or blocks of them, got {k}; give more data or smaller blocks{otherwise}"
    )


def _without_errors(what: str, otherwise: str) -> UncertaintyError:
    return UncertaintyError(
        f"errors of {what}: those of more than two thirds of the labels are zero, which says "
        f"nothing of errors to come; check the labels{otherwise}"
    )


def _with_quantiles(scores: Scores, scale: float, power: float, dof: float, k: int) -> Link | None:
    """The link whose standard deviation is the half width of the interval of 68.27 %."""
    ratios = np.abs(scores.errors) / (scale * scores.variances**power)
    wanted = np.union1d(LEVELS, ONE_SIGMA)
    levels = wanted[wanted * (1 + 1 / k) <= 1]
    factors = np.maximum.accumulate(np.quantile(ratios, levels * (1 + 1 / k)))
    unit = float(factors[np.searchsorted(levels, ONE_SIGMA)])
    return Link(scale * unit, power, levels, factors / unit, dof) if unit > 0 else None


def _fitted(scores: Scores) -> tuple[float, float, float] | None:
    """Scale, power and degrees of freedom of largest posterior; None if all errors are zero.

    Logarithms of variances are measured from their median, in standard deviations, and errors in
    their median: the three unknowns then have sizes near one and hardly depend on one another.
    """
    n = len(scores.errors)
    chosen = np.linspace(0, n - 1, min(n, MOST_ROWS)).astype(int)
    errors, logs = np.abs(scores.errors[chosen]), np.log(scores.variances[chosen])
    centre, width = float(np.median(logs)), float(np.std(logs)) or 1.0
    size = float(np.median(errors[errors > 0])) if errors.any() else 0.0
    if size == 0:
        return None
    x, ratios = (logs - centre) / width, errors / size

    def loss(unknown: Array) -> tuple[float, Array]:
        shift, slope, log_dof = unknown
        log_s = shift + slope * x
        value, by_log_s, by_log_dof = _student(ratios * np.exp(-log_s), float(np.exp(log_dof)))
        off = (slope / width - PRIOR_POWER) / PRIOR_WIDTH
        slopes = [by_log_s.sum(), by_log_s @ x - off / PRIOR_WIDTH / width, by_log_dof]
        found = value - log_s.sum() - 0.5 * off**2
        return -float(found) / len(x), -np.array(slopes) / len(x)

    bounds = [(-30.0, 30.0), (0.0, width), tuple(np.log(DOF))]
    starts = [[0.0, PRIOR_POWER * width, log_dof] for log_dof in np.log([3.0, 30.0])]
    with one_blas_thread():
        found = [minimize(loss, start, bounds=bounds) for start in starts]
    shift, slope, log_dof = min(found, key=lambda f: f.value).x
    power = float(slope / width)
    return size * float(np.exp(shift - power * centre)), power, float(np.exp(log_dof))


def _student(z: Array, dof: float) -> tuple[float, Array, float]:
    """Sum of log densities at z (m,), and the slopes of it minus log s.

    By each log s, where z is in proportion to 1/s, and by the logarithm of the degrees of freedom.
    """
    from scipy.special import digamma, gammaln

    squares, half = z**2, 0.5 * (dof + 1)
    logs, pull = np.log1p(squares / dof), squares / (dof + squares)
    norm = gammaln(half) - gammaln(0.5 * dof) - 0.5 * np.log(dof * np.pi)
    change = 0.5 * (digamma(half) - digamma(0.5 * dof) - 1 / dof)
    by_dof = len(z) * change - 0.5 * logs.sum() + half / dof * pull.sum()
    return float(len(z) * norm - half * logs.sum()), 2 * half * pull - 1, float(dof * by_dof)
