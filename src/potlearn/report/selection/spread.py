r"""How a selection of rows covers all of them: principal components, variances, nearest distances.

With the mean :math:`\mu` and covariance :math:`C = A \Lambda A^T` of all rows, the map is
:math:`A_{1,2}^T (x - \mu)`; the variances of the selected rows are
:math:`\frac1k \sum_{i \in S} (a_j^T (x_i - \mu))^2`, about the mean of all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from potlearn.typing import Array, Indices

# Rows per block, rows whose nearest selected row is looked for, components shown; at most.
BLOCK, SAMPLE, COMPONENTS = 4096, 2000, 100


@dataclass(frozen=True)
class Spread:
    """Numbers behind the plots of a selection.

    Attributes
    ----------
    map : (n, 2)
        First two principal components.
    shares : (c,)
        Parts of the variance by component.
    variances, chosen_variances : (c,)
        Along the components, of all rows and of the selected ones.
    nearest, random_nearest : (m,)
        Distance of rows (some of them) to the nearest selected row, and to that of a random
        selection.
    shown : (s,) int
        Rows that were not selected and are drawn.
    n_hidden : int
        Other rows that were not selected.
    """

    map: Array
    shares: Array
    variances: Array
    chosen_variances: Array
    nearest: Array
    random_nearest: Array
    shown: Indices
    n_hidden: int

    @classmethod
    def of(cls, X: Array, chosen: Indices, seed: int, most: int) -> Spread:
        """Numbers of ``chosen`` rows of ``X`` (n, F); ``most`` others are shown."""
        rng = np.random.default_rng(seed)
        mean, covariance = _moments(X)
        values, axes = np.linalg.eigh(covariance)
        values, axes = np.maximum(values[::-1], 0.0), axes[:, ::-1]
        c = min(len(values), COMPONENTS)
        plane = np.zeros((X.shape[1], 2))
        plane[:, : min(2, X.shape[1])] = axes[:, :2]
        others = np.setdiff1d(np.arange(len(X)), chosen)
        shown = np.sort(rng.permutation(others)[:most])
        sample = np.sort(rng.permutation(len(X))[:SAMPLE])
        random = rng.permutation(len(X))[: len(chosen)]
        return cls(
            map=np.concatenate([(rows - mean) @ plane for rows in _blocks(X)]),
            shares=values[:c] / max(float(values.sum()), 1e-300),
            variances=values[:c],
            chosen_variances=np.mean(((X[chosen] - mean) @ axes[:, :c]) ** 2, axis=0),
            nearest=_nearest(X, sample, chosen),
            random_nearest=_nearest(X, sample, random),
            shown=shown,
            n_hidden=len(others) - len(shown),
        )


def _moments(X: Array) -> tuple[Array, Array]:
    """Mean (F,) and covariance (F, F) of all rows."""
    mean = np.sum([rows.sum(axis=0) for rows in _blocks(X)], axis=0) / len(X)
    covariance = np.zeros((X.shape[1],) * 2)
    for rows in _blocks(X):
        covariance += (rows - mean).T @ (rows - mean)
    return mean, covariance / len(X)


def _nearest(X: Array, rows: Indices, chosen: Indices) -> Array:
    """Distance of some rows to the nearest of the selected ones."""
    found = np.full(len(rows), np.inf)
    x = X[rows]
    for start in range(0, len(chosen), 256):
        y = X[chosen[start : start + 256]]
        squares = (x**2).sum(1)[:, None] + (y**2).sum(1) - 2 * x @ y.T
        found = np.minimum(found, squares.min(axis=1))
    return np.asarray(np.sqrt(np.maximum(found, 0.0)))


def _blocks(X: Array) -> Iterator[Array]:
    return (np.asarray(X[a : a + BLOCK]) for a in range(0, len(X), BLOCK))
