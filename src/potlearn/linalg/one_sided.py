r"""One-sided quadratic penalties: the dual of a least-distance problem with slack.

.. math:: \min_u \tfrac12 u^T K u + \tfrac w2 \|(h - K u)_+\|^2

with a positive semidefinite K.  The objective is convex and piecewise quadratic.  Newton's step
solves :math:`(K_{SS} + 1/w)\, u_S = h_S` for the set S of bounds that are not met, with
:math:`u = 0` elsewhere; halving it until the objective falls makes the method descend.  Sets of
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

STEPS, HALVINGS = 60, 12
JITTER = 1e-13
"""Added to the diagonal, which is scaled to one: what rounding leaves of dependent bounds."""


def one_sided(gram: Matrix, missing: Array, weight: float) -> Array:
    """The minimiser u (m,), not negative, for ``gram`` K (m, m) and ``missing`` h (m,)."""

    def objective(u: Array, rest: Array) -> float:
        # K u = h - rest
        return float(u @ (missing - rest) + weight * (np.maximum(rest, 0.0) ** 2).sum())

    u, rest = np.zeros(len(missing)), missing.copy()
    now = objective(u, rest)
    for _ in range(STEPS):
        active = rest > 0
        aim = np.zeros(len(missing))
        aim[active] = _solved(gram[np.ix_(active, active)], missing[active], weight)
        step, moved = aim - u, missing - gram @ aim - rest
        length = 1.0
        for _ in range(HALVINGS):
            value = objective(u + length * step, rest + length * moved)
            if value < now:
                break
            length /= 2
        else:
            break
        u, rest, now = u + length * step, rest + length * moved, value
        if length == 1 and np.array_equal(rest > 0, active):
            break
    return np.maximum(u, 0.0)


def _solved(gram: Matrix, missing: Array, weight: float) -> Array:
    """Solution of the regularised system, its diagonal scaled to one."""
    scale = 1 / np.sqrt(np.diag(gram) + 1 / weight)
    matrix = scale[:, None] * gram * scale
    matrix[np.diag_indices(len(scale))] = 1 + JITTER
    found: Array = scale * np.linalg.solve(matrix, scale * missing)
    return found
