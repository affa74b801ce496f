r"""Euclidean distance with a metric.

.. math::
    d(x, y) = \sqrt{(x - y)^T M (x - y)}, \qquad
    \frac{\partial d}{\partial x} = \frac{M (x - y)}{d} = -\frac{\partial d}{\partial y}

with M symmetric and positive semidefinite: the inverse of a covariance gives the distance of
Mahalanobis (On the generalised distance in statistics, 1936).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from potlearn.errors import SelectionError
from potlearn.select.vectors import squared_distances
from potlearn.typing import Array


@dataclass(frozen=True)
class Euclidean:
    """Distances between rows, in a metric.

    Parameters
    ----------
    metric : (D, D), optional
        Symmetric and positive semidefinite; by default the identity.

    Raises
    ------
    SelectionError
        The metric is not such a matrix.
    """

    metric: Array | None = None

    def __post_init__(self) -> None:
        if self.metric is None:
            return
        M = np.asarray(self.metric, np.float64)
        object.__setattr__(self, "metric", M)
        if M.ndim != 2 or M.shape[0] != M.shape[1] or not np.allclose(M, M.T):
            raise SelectionError(f"the metric must be a symmetric matrix; got shape {M.shape}")
        smallest = float(np.linalg.eigvalsh(M)[0])
        if smallest < -1e-10 * np.abs(M).max():
            raise SelectionError(f"the metric has a negative eigenvalue, {smallest:.3g}")

    def __call__(self, X: Array, Y: Array) -> Array:
        """All distances of the rows of ``X`` (n, D) and ``Y`` (m, D), (n, m)."""
        if self.metric is None:
            return np.asarray(np.sqrt(squared_distances(X, Y)))
        values, axes = np.linalg.eigh(self.metric)
        root = axes * np.sqrt(np.maximum(values, 0.0))
        return np.asarray(np.sqrt(squared_distances(X @ root, Y @ root)))

    def gradients(self, X: Array, Y: Array) -> tuple[Array, Array]:
        r""":math:`\partial d/\partial x` and :math:`\partial d/\partial y`, both (n, m, D).

        Zero where the distance is.
        """
        steps = X[:, None, :] - Y[None, :, :]
        along = steps if self.metric is None else steps @ self.metric
        distances = np.sqrt(np.maximum(np.einsum("ijk,ijk->ij", steps, along), 0.0))
        slopes = along / np.where(distances > 0, distances, np.inf)[:, :, None]
        return slopes, -slopes
