r"""Centres to add to those that are there already.

.. math::
    P(i) \propto \min_c |x_i - c|^2

over the centres so far, one after the other (Arthur & Vassilvitskii, k-means++: the advantages of
careful seeding, 2007).
"""

from __future__ import annotations

import numpy as np

from potlearn.errors import TooFewError
from potlearn.select.vectors import squared_distances
from potlearn.typing import Array

# Squared distances below this part of the mean squared length are rounding.
ROUNDING = 1e-14
# Rows whose distances from the centres are looked at at once.
BLOCK = 4096


def more_centres(X: Array, centres: Array, k: int, rng: np.random.Generator) -> Array:
    """Take k of the rows of X (n, D), drawn far from centres (m, D) and from each other.

    Raises
    ------
    TooFewError
        Fewer rows are distinct from the centres and from each other.
    """
    parts = range(0, len(X), BLOCK)
    nearest = [squared_distances(X[a : a + BLOCK], centres).min(axis=1) for a in parts]
    squares = np.concatenate(nearest)
    least = ROUNDING * float(((X - X.mean(axis=0)) ** 2).sum(axis=1).mean())
    chosen = list[int]()
    for t in range(k):
        squares[squares <= least] = 0.0
        total = np.cumsum(squares)
        if not total[-1] > 0:
            raise TooFewError(f"n_to_select is {k}, but only {t} rows are distinct to rounding", t)
        chosen.append(int(np.searchsorted(total, rng.random() * total[-1], side="right")))
        squares = np.minimum(squares, squared_distances(X, X[chosen[-1:]])[:, 0])
        squares[chosen[-1]] = 0.0
    return X[chosen]


def random_centres(X: Array, centres: Array, k: int, rng: np.random.Generator) -> Array:
    """Take k of the rows of X, each as likely as any other."""
    return X[np.sort(rng.choice(len(X), k, replace=False))]
