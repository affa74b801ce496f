r"""Kernel Stein discrepancy: how far a sample is from a density known by its score.

With score :math:`s(x) = \nabla \log p(x)`,

.. math::
    u(x, y) = s(x)^T k\, s(y) + s(x)^T \nabla_y k + \nabla_x k^T s(y)
    + \sum_a \frac{\partial^2 k}{\partial x_a \partial y_a}

has mean zero in y under p, and

.. math::
    \mathrm{KSD}^2_V = \frac{1}{n^2} \sum_{i,j} u(x_i, x_j), \qquad
    \mathrm{KSD}^2_U = \frac{1}{n (n - 1)} \sum_{i \ne j} u(x_i, x_j)

(Liu, Lee & Jordan, A kernelized Stein discrepancy for goodness-of-fit tests, 2016, equations 8 and
14).  V is never negative; U has no bias, and may be.
"""

from __future__ import annotations

import numpy as np

from potlearn.errors import SelectionError
from potlearn.select.kernels.named import KernelLike, make_kernel
from potlearn.select.rows import ArrayRows
from potlearn.typing import Array

# Numbers in the gradients of a block of pairs: 64 MB.
GRADIENTS = 8_000_000


def stein_kernel(X: Array, Y: Array, SX: Array, SY: Array, kernel: KernelLike) -> Array:
    """Values u(x, y) of all pairs, (n, m), from rows and their scores."""
    k = make_kernel(kernel)
    along_x, along_y = k.gradients(X, Y)
    values = (SX @ SY.T) * k(X, Y) + k.cross_derivative(X, Y)
    values += np.einsum("id,ijd->ij", SX, along_y) + np.einsum("ijd,jd->ij", along_x, SY)
    return np.asarray(values)


def stein_discrepancy(
    X: Array, scores: Array, kernel: KernelLike = "imq", *, statistic: str = "v"
) -> float:
    r"""Square of the discrepancy of a sample.

    Parameters
    ----------
    X, scores : (n, D)
        Rows, and :math:`\nabla \log p` at them.
    kernel : str or Kernel
        Kernel with derivatives; a length that is not given is the median distance.
    statistic : str
        ``"v"`` or ``"u"``.

    Raises
    ------
    SelectionError
        Shapes differ, fewer than two rows, or an unknown statistic.
    """
    X, scores = np.asarray(X, np.float64), np.asarray(scores, np.float64)
    if X.ndim != 2 or X.shape != scores.shape or len(X) < 2:
        raise SelectionError(
            f"expected two rows or more and as many scores; got {X.shape} and {scores.shape}"
        )
    if statistic not in ("u", "v"):
        raise SelectionError(f"unknown statistic {statistic!r}; expected 'u' or 'v'")
    fitted, n = make_kernel(kernel).fitted(ArrayRows(X)), len(X)
    total = diagonal = 0.0
    size = max(1, GRADIENTS // X.size)
    for start in range(0, n, size):
        part = slice(start, start + size)
        values = stein_kernel(X[part], X, scores[part], scores, fitted)
        total += float(values.sum())
        diagonal += float(np.trace(values[:, part]))
    return total / n**2 if statistic == "v" else (total - diagonal) / (n * (n - 1))
