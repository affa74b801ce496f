r"""Inequalities on the coefficients: the solution nearest to a given one that keeps them.

A quadratic objective rises from its minimiser :math:`c^*` as :math:`\|T (c - c^*)\|^2`, with
:math:`T^T T = R^T R + \lambda S^2`.  So whatever solver gave :math:`c^*`,

.. math:: \min_c \|T (c - c^*)\|^2 \quad\text{subject to}\quad G c \ge h

is the constrained solution.  With :math:`y = T (c - c^*)` it is a least-distance problem, whose
dual is one of non-negative least squares in as many unknowns as there are inequalities.

References
----------
Lawson & Hanson, *Solving Least Squares Problems* (1974), ch. 23, problem LDP.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from potlearn.errors import FitError
from potlearn.fit.solve.problem import LinearProblem, Solution
from potlearn.fit.solve.spectrum import column_scales
from potlearn.linalg.lapack import solve_triangular
from potlearn.linalg.nnls import nnls
from potlearn.linalg.triangular import Matrix, merge

if TYPE_CHECKING:
    from potlearn.fit.core.constraints import CoreConstraints

_FEASIBLE = 1e-10
_STIFFNESS = 1e-10


def with_repulsive_core(
    problem: LinearProblem, solution: Solution, core: CoreConstraints, columns: Sequence[str]
) -> Solution:
    """The solution nearest to ``solution`` that keeps the inequalities of ``core``.

    ``columns`` are the identities of the columns of ``core.rows``; the problem may lack some of
    them (one-body energies, which repulsion does not see) or have more.

    Raises
    ------
    FitError
        No coefficients keep all inequalities.
    """
    place = {name: k for k, name in enumerate(columns)}
    rows = np.zeros((len(core.rows), len(problem.names)))
    known = [k for k, name in enumerate(problem.names) if name in place]
    rows[:, known] = core.rows[:, [place[problem.names[k]] for k in known]]
    info = solution.info
    penalties = np.sqrt(info.ridge) * column_scales(problem, info.scaling)
    c = constrained(problem, solution.coefficients, rows, core.bounds, penalties)
    residual = problem.residual(c)
    note = f"the repulsive core changed the residual from {info.residual:.4g} to {residual:.4g}"
    notes = info.notes if c is solution.coefficients else (*info.notes, note)
    return Solution(c, replace(info, residual=residual, notes=notes))


def constrained(
    problem: LinearProblem,
    coefficients: NDArray[np.float64],
    rows: Matrix,
    bounds: NDArray[np.float64],
    penalties: NDArray[np.float64],
) -> NDArray[np.float64]:
    r"""Coefficients nearest to ``coefficients`` (C,) with ``rows @ c >= bounds``.

    Parameters
    ----------
    problem : LinearProblem
        Says what a change of the coefficients costs.
    rows, bounds : (m, C), (m,)
        The inequalities; where they hold already the coefficients are returned as they are.
    penalties : (C,)
        Square roots :math:`\sqrt\lambda s_j` of what the solver added to the objective.

    Raises
    ------
    FitError
        No coefficients keep all inequalities.
    """
    size = np.linalg.norm(rows, axis=1)
    held = size > 0
    G, h = rows[held] / size[held, None], bounds[held] / size[held]
    missing = h - G @ coefficients
    if (missing <= 0).all():
        return coefficients
    T = _metric(problem, penalties)
    return coefficients + _least_distance(T, G, missing)


def _metric(problem: LinearProblem, penalties: NDArray[np.float64]) -> Matrix:
    """Triangle T of the stacked rows ``[R; diag(penalties)]``, dependent directions made stiff."""
    n = len(problem.names)
    floor = _STIFFNESS * problem.column_norms()
    square = np.zeros((n, n), order="F")
    square[: len(problem.R)] = problem.R
    diagonal = np.asfortranarray(np.diag(np.maximum(penalties, floor)))
    return merge(square, diagonal)[:n]


def _least_distance(T: Matrix, G: Matrix, missing: NDArray[np.float64]) -> NDArray[np.float64]:
    """Step x of least ``|T x|`` with ``G x >= missing``."""
    A = solve_triangular(T, G.T, transposed=True)
    E = np.vstack([A, missing])
    lengths = np.linalg.norm(E, axis=0)
    target = np.zeros(len(E))
    target[-1] = 1.0
    u, distance = nnls(E / lengths, target, 50 * E.shape[1])
    if distance < _FEASIBLE:
        raise FitError(
            "no coefficients keep the core repulsive; give the descriptor two-body functions, "
            "or fit without core constraints"
        )
    residual = E @ (u / lengths) - target
    return solve_triangular(T, -residual[:-1] / residual[-1])
