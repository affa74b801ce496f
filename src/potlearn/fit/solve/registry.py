r"""Table of solvers of the linear problem.

A solver is a class in a file of its own, and one row here.  It sees the triangle only
(:class:`~potlearn.fit.LinearProblem`).  Penalties act on scaled coefficients,
:math:`\lambda \sum_j (s_j c_j)^2`: with ``scaling="columns"`` (default) ``s_j`` is the norm of the
weighted column, so that ``ridge`` has no unit and a column's unit does not matter; where the
problem has penalties of its own (a descriptor's smoothness) ``s_j`` is in proportion to them.  With
``scaling="none"`` it is 1 and ``ridge`` has the unit of a squared residual per squared coefficient.
"""

from __future__ import annotations

from typing import Any

from potlearn.errors import FitError
from potlearn.fit.solve.problem import Solver
from potlearn.registry import Registry

SOLVERS: Registry[type[Solver]] = Registry(
    "solver",
    FitError,
    {
        "qr": "potlearn.fit.solve.qr:QR",
        "svd": "potlearn.fit.solve.svd:SVD",
        "ridge": "potlearn.fit.solve.ridge:Ridge",
        "gcv": "potlearn.fit.solve.gcv:GCVRidge",
        "evidence": "potlearn.fit.solve.evidence:EvidenceRidge",
        "cv": "potlearn.fit.solve.cv:CrossValidatedRidge",
        "bayesian": "potlearn.fit.solve.bayesian:BayesianRidge",
        "ard": "potlearn.fit.solve.ard:ARD",
    },
)
DEFAULT = "evidence"


def make_solver(solver: str | Solver = DEFAULT, **options: Any) -> Solver:
    """Solver from its name in :data:`SOLVERS` and its options; a solver is passed through.

    Raises
    ------
    FitError
        The table has no such name.
    """
    return SOLVERS.load(solver)(**options) if isinstance(solver, str) else solver
