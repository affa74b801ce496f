r"""One-sided quadratic penalties: the dual of a least-distance problem with slack.

.. math:: \min_u \tfrac12 u^T K u + \tfrac w2 \|(h - K u)_+\|^2

with a positive semidefinite K.  The objective is convex and piecewise quadratic.  Newton's step
solves :math:`(K_{SS} + 1/w)\, u_S = h_S` for the set S of bounds that are not met, with
:math:`u = 0` elsewhere; the best part of it makes the method descend.  Sets of
bounds change by many members at a time: some ten steps serve where active-set methods, which change
one member at a time, need thousands.

References
----------
Mangasarian, *A finite Newton method for classification*, Optim. Methods Softw. 17, 913 (2002).
"""

from __future__ import annotations

import numpy as np

from potlearn.linalg.triangular import Matrix
from potlearn.typing import Array

STEPS, HALVINGS = 100, 40
JITTER = 1e-13
"""Added to the diagonal, which is scaled to one: what rounding leaves of dependent bounds."""


def one_sided(gram: Matrix, missing: Array, weight: float) -> Array:
    """The minimiser u (m,), not negative, for ``gram`` K (m, m) and ``missing`` h (m,)."""
    u, rest = np.zeros(len(missing)), missing.copy()  # rest is h - K u
    for _ in range(STEPS):
        active = rest > 0
        aim = np.zeros(len(missing))
        aim[active] = _solved(gram[np.ix_(active, active)], missing[active], weight)
        step, moved = aim - u, missing - gram @ aim - rest
        length = _length(step, rest, moved, missing, weight)
        u, rest = u + length * step, rest + length * moved
        if length == 1 and np.array_equal(rest > 0, active):
            return u
        if length == 0:
            break
    # Where K is singular, u is not unique; K u is, and this u has the same.
    return weight * np.maximum(rest, 0.0)


def _length(step: Array, rest: Array, moved: Array, missing: Array, weight: float) -> float:
    """Part of the step, at most 1, that has the least objective: where its slope is zero."""
    constant, linear = step @ (missing - rest), -step @ moved

    def slope(t: float) -> float:
        return float(constant + t * linear + weight * (moved @ np.maximum(rest + t * moved, 0.0)))

    if slope(1.0) <= 0:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) < 0 else (low, middle)
    return low


def _solved(gram: Matrix, missing: Array, weight: float) -> Array:
    """Solution of the regularised system, its diagonal scaled to one."""
    scale = 1 / np.sqrt(np.diag(gram) + 1 / weight)
    matrix = scale[:, None] * gram * scale
    matrix[np.diag_indices(len(scale))] = 1 + JITTER
    found: Array = scale * np.linalg.solve(matrix, scale * missing)
    return found
