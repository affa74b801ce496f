"""Error bars of means over correlated values."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from potlearn.errors import PropertyError
from potlearn.typing import Array

LEAST = 8
"""Fewest blocks whose scatter is looked at."""


def block_error(values: ArrayLike) -> float:
    r"""Standard error of the mean of a time series, by averages over longer and longer blocks.

    Neighbours are averaged again and again.  Each time,

    .. math:: s = \sqrt{\frac{c_0}{n - 1}}, \qquad \delta s = \frac{s}{\sqrt{2 (n - 1)}}

    with the variance :math:`c_0` of the n blocks.  s grows until blocks are independent: the first
    level is taken from which on no later one is larger by more than its own error (Flyvbjerg and
    Petersen, J. Chem. Phys. 91, 461 (1989), eqs. 27 and 28).

    Parameters
    ----------
    values : (n,)
        At least 16, in order.

    Raises
    ------
    PropertyError
        Too few values, or values that are not finite.
    """
    x = np.asarray(values, float)
    if x.ndim != 1 or len(x) < 2 * LEAST or not np.isfinite(x).all():
        raise PropertyError(
            f"block averages: expected at least {2 * LEAST} finite values, got {x.shape}"
        )
    errors, own = _levels(x)
    for k, error in enumerate(errors):
        if (errors[k + 1 :] - own[k + 1 :] <= error).all():
            return float(error)
    return float(errors[-1])


def _levels(x: Array) -> tuple[Array, Array]:
    """Errors of every level, and errors of these."""
    found = []
    while len(x) >= LEAST:
        error = float(np.sqrt(x.var() / (len(x) - 1)))
        found.append((error, error / np.sqrt(2 * (len(x) - 1))))
        x = x[: len(x) // 2 * 2].reshape(-1, 2).mean(1)
    errors = np.array(found)
    return errors[:, 0], errors[:, 1]
