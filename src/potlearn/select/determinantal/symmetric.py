r"""Elementary symmetric polynomials of eigenvalues, in logarithms.

.. math::
    e_l(\lambda_1 .. \lambda_n) = \sum_{|J| = l} \prod_{j \in J} \lambda_j
    = e_l(\lambda_1 .. \lambda_{n-1}) + \lambda_n\, e_{l-1}(\lambda_1 .. \lambda_{n-1})

A k-DPP draws k eigenvectors J with probability :math:`\prod_J \lambda_j / e_k` (Kulesza & Taskar,
Determinantal point processes for machine learning, 2012, algorithm 7 and equation 5.16; here
without overflow, and without subtraction).
"""

from __future__ import annotations

import numpy as np

from potlearn.typing import Array, Indices


def log_elementary(log_values: Array, k: int) -> Array:
    r"""Table of :math:`\log e_l(\lambda_1 .. \lambda_n)`, (n + 1, k + 1)."""
    table = np.full((len(log_values) + 1, k + 1), -np.inf)
    table[:, 0] = 0.0
    for n, value in enumerate(log_values):
        np.logaddexp(table[n, 1:], value + table[n, :-1], out=table[n + 1, 1:])
    return table


def subset_probabilities(log_values: Array, k: int) -> Array:
    r"""Probability that each eigenvector is among the k, (n,); they sum to k.

    .. math::
        P(j \in J) = \frac{\lambda_j}{e_k} \sum_m e_m(\lambda_{<j})\, e_{k-1-m}(\lambda_{>j})
    """
    before = log_elementary(log_values, k)
    after = log_elementary(log_values[::-1], k)[::-1]
    products = before[:-1, :k] + after[1:, k - 1 :: -1] if k else np.zeros((len(log_values), 0))
    logs = log_values + np.logaddexp.reduce(products, axis=1, initial=-np.inf) - before[-1, k]
    return np.asarray(np.exp(np.minimum(logs, 0.0)))


def draw_subset(log_values: Array, table: Array, rng: np.random.Generator) -> Indices:
    """Draw the k eigenvectors, from the last to the first; ``table`` is of :func:`log_elementary`.

    O(n) per draw.
    """
    n, left = len(log_values), table.shape[1] - 1
    thresholds = (-rng.standard_exponential(n)).tolist()  # logarithms of uniform numbers
    values = log_values.tolist()
    chosen = []
    while left:
        n -= 1
        if thresholds[n] <= values[n] + table[n, left - 1] - table[n + 1, left]:
            chosen.append(n)
            left -= 1
    return np.array(chosen[::-1], np.int64)
