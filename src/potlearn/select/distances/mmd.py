r"""Maximum mean discrepancy: how far two samples are apart.

.. math::
    \mathrm{MMD}^2_V = \overline{k(x, x')} + \overline{k(y, y')} - 2\,\overline{k(x, y)}

with means over all pairs; :math:`\mathrm{MMD}^2_U` leaves the pairs of a row with itself out
(Gretton, Borgwardt, Rasch, Schölkopf & Smola, A kernel two-sample test, 2012, equations 3 and 5).
V is never negative; U has no bias, and may be.
"""

from __future__ import annotations

import numpy as np

from potlearn.errors import SelectionError
from potlearn.select.kernels.base import Kernel
from potlearn.select.kernels.named import KernelLike, make_kernel
from potlearn.select.rows import BLOCK, ArrayRows
from potlearn.typing import Array


def mean_discrepancy(
    X: Array, Y: Array, kernel: KernelLike = "rbf", *, statistic: str = "v"
) -> float:
    """Square of the discrepancy of two samples.

    Parameters
    ----------
    X, Y : (n, D), (m, D)
        Samples; no matrix of all pairs is held.
    kernel : str, Kernel or function
        A length that is not given is the median distance of both samples together.
    statistic : str
        ``"v"`` or ``"u"``.

    Raises
    ------
    SelectionError
        Shapes do not go together, fewer than two rows, or an unknown statistic.
    """
    X, Y = np.asarray(X, np.float64), np.asarray(Y, np.float64)
    if X.ndim != 2 or Y.ndim != 2 or X.shape[1] != Y.shape[1] or min(len(X), len(Y)) < 2:
        raise SelectionError(f"expected two samples of the same features; got {X.shape}, {Y.shape}")
    if statistic not in ("u", "v"):
        raise SelectionError(f"unknown statistic {statistic!r}; expected 'u' or 'v'")
    fitted = make_kernel(kernel).fitted(ArrayRows(np.vstack([X, Y])))
    within = _within(X, fitted, statistic) + _within(Y, fitted, statistic)
    return within - 2.0 * _total(X, Y, fitted) / (len(X) * len(Y))


def _within(X: Array, kernel: Kernel, statistic: str) -> float:
    n, total = len(X), _total(X, X, kernel)
    if statistic == "v":
        return total / n**2
    return (total - float(kernel.diagonal(X).sum())) / (n * (n - 1))


def _total(X: Array, Y: Array, kernel: Kernel) -> float:
    """Sum over all pairs, block by block."""
    size = max(1, BLOCK // len(Y))
    return sum(float(kernel(X[s : s + size], Y).sum()) for s in range(0, len(X), size))
