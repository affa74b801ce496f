"""Bootstrap intervals of mean errors."""

from __future__ import annotations

import numpy as np

from potlearn.metrics.errors import members
from potlearn.metrics.evaluation import Evaluation
from potlearn.metrics.quantities import QUANTITIES
from potlearn.typing import Array

Interval = tuple[float, float] | None
Intervals = dict[str, dict[str, dict[str, Interval]]]
"""Intervals by group, quantity and measure."""

_DRAWS_AT_ONCE = 4_000_000


def bootstrap(
    evaluation: Evaluation, n: int = 1000, seed: int | np.random.Generator = 0
) -> dict[str, dict[str, dict[str, Interval]]]:
    """95 % intervals of mae and rmse: quantiles 0.025 and 0.975 over ``n`` resamplings.

    Whole configurations are drawn with replacement from those of the group that carry the label
    (the forces of one configuration are not independent), as many as there are.

    Parameters
    ----------
    evaluation : Evaluation
    n : int
        Resamplings.
    seed : int or numpy.random.Generator
        Fixes the draws.

    Returns
    -------
    dict
        ``{"all" | group: {quantity: {"mae" | "rmse": (low, high)}}}``; None with fewer than two
        labelled configurations, which say nothing about the spread.
    """
    rng = np.random.default_rng(seed)
    groups = members(evaluation)
    sums = {quantity: _configuration_sums(evaluation, quantity) for quantity in QUANTITIES}
    return {
        name: {quantity: _intervals(sums[quantity][chosen], n, rng) for quantity in QUANTITIES}
        for name, chosen in groups.items()
    }


def _configuration_sums(evaluation: Evaluation, quantity: str) -> Array:
    """Sum of |e|, sum of e^2 and number of components of each configuration, (n, 3)."""
    values = evaluation.values(quantity)
    weights = (np.abs(values.error), values.error**2, np.ones(len(values.error)))
    return np.stack(
        [np.bincount(values.configuration, w, minlength=len(evaluation)) for w in weights], axis=1
    )


def _intervals(sums: Array, n: int, rng: np.random.Generator) -> dict[str, Interval]:
    """Quantiles of the two ratios of resampled sums."""
    sums = sums[sums[:, 2] > 0]
    if len(sums) < 2:
        return {"mae": None, "rmse": None}
    totals = resampled(sums, n, rng)
    mae, mse = totals[:, 0] / totals[:, 2], totals[:, 1] / totals[:, 2]
    samples = {"mae": mae, "rmse": np.sqrt(mse)}
    bounds = {name: np.quantile(sample, (0.025, 0.975)) for name, sample in samples.items()}
    return {name: (float(low), float(high)) for name, (low, high) in bounds.items()}


def resampled(sums: Array, n: int, rng: np.random.Generator) -> Array:
    """Sums over m rows drawn with replacement, n times: (m, k) -> (n, k)."""
    m = len(sums)
    at_once = max(1, _DRAWS_AT_ONCE // m)
    parts = []
    for start in range(0, n, at_once):
        draws = min(at_once, n - start)
        drawn = rng.integers(0, m, size=(draws, m)) + np.arange(draws)[:, None] * m
        counts = np.bincount(drawn.ravel(), minlength=draws * m).reshape(draws, m)
        parts.append(counts @ sums)
    return np.concatenate(parts)
