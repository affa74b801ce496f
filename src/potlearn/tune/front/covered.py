r"""The hypervolume of a study against the number of its trials.

Force times go from 1 to 100 µs and errors over a decade, and a factor means the same anywhere on
the way: objectives that are positive are taken by their logarithms.  With the best value
:math:`b_j` of each objective and the reference :math:`r_j`, which 95 % of the trials stay below,

.. math:: h = H(\log o, \log r) \Big/ \prod_j (\log r_j - \log b_j)

is the share of the box between the two that the front covers, 0 to 1.  Best and reference are those
of all trials that are done and keep the constraints, a random baseline's included, so that two
searches compare.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from potlearn.tune.front.hypervolume import growth, reference_point
from potlearn.typing import Array, Mask


def covered(*searches: Array) -> list[Array]:
    """Shares covered after each trial, one array (n,) for each search.

    Parameters
    ----------
    searches : arrays (n, k)
        Objectives in the order of the trials; NaN for trials that do not count.
    """
    together = np.concatenate(searches)
    together = together[np.isfinite(together).all(axis=1)]
    if not len(together):
        return [np.zeros(len(values)) for values in searches]
    logarithmic: Mask = np.all(together > 0, axis=0)
    scaled = _scaled(together, logarithmic)
    best, reference = scaled.min(axis=0), reference_point(scaled)
    varied = reference > best
    if not varied.any():
        return [np.isfinite(values).all(axis=1).astype(float) for values in searches]
    box = float(np.prod((reference - best)[varied]))
    return [
        growth(_scaled(values, logarithmic)[:, varied], reference[varied]) / box
        for values in searches
    ]


def at_shares(curve: Array, shares: Sequence[float] = (0.25, 0.5, 0.75, 1.0)) -> dict[int, float]:
    """The curve at some shares of its trials, by number of trials."""
    numbers = [max(1, round(share * len(curve))) for share in shares] if len(curve) else []
    return {n: float(curve[n - 1]) for n in numbers}


def _scaled(values: Array, logarithmic: Mask) -> Array:
    """Logarithms of the positive objectives; NaN stays."""
    found = values.copy()
    found[:, logarithmic] = np.log(np.where(values > 0, values, np.nan)[:, logarithmic])
    found[~np.isfinite(found).all(axis=1)] = np.nan
    return found
