r"""CUR: the function with the largest leverage on the leading direction comes next.

The leverage of a column is its squared entry in the leading right singular vectors of the columns
that the chosen ones leave over (:mod:`~potlearn.compress.deflation`),

.. math:: \pi_f = \sum_{j \in f} \sum_{i \le r} v_{ij}^2 .

Labels play no part.

References
----------
Mahoney & Drineas, PNAS 106, 697 (2009); with a decomposition after each choice: Imbalzano et al.,
J. Chem. Phys. 148, 241730 (2018).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from typing_extensions import override

from potlearn.compress.base import FunctionChoice
from potlearn.compress.deflation import Deflation, forward
from potlearn.compress.path import Path
from potlearn.compress.problem import FeatureProblem
from potlearn.errors import FitError
from potlearn.typing import Array

if TYPE_CHECKING:
    from potlearn.runtime import Report

CLOSE = 1e-8
"""Relative error of an eigenvalue at which Lanczos steps end."""


@dataclass(frozen=True)
class CUR(FunctionChoice):
    """Column leverages, one choice at a time.

    Parameters
    ----------
    rank : int
        Number of leading directions.
    """

    rank: int = 1

    @override
    def path(self, problem: FeatureProblem, report: Report | None = None) -> Path:
        start = _Leading(problem, self.rank)
        return forward(problem, start.leverages, report)


class _Leading:
    """Leading right singular vectors, by Lanczos steps that start from those before."""

    def __init__(self, problem: FeatureProblem, rank: int) -> None:
        if not 1 <= rank < len(problem.names):
            most = len(problem.names) - 1
            raise FitError(f"cur: rank is {rank}; expected 1 to {most}, one less than the columns")
        self.rank = rank
        self.start = np.random.default_rng(0).normal(size=len(problem.names))

    def leverages(self, work: Deflation) -> Array:
        """Sum of squared entries of a function's columns, (F,)."""
        from scipy.sparse.linalg import LinearOperator, eigsh

        rows = work.rows
        if not work.squares().any():
            return np.zeros(len(work.left))
        n = rows.shape[1]
        product = LinearOperator((n, n), matvec=lambda x: rows.T @ (rows @ x), dtype=float)
        _, vectors = eigsh(product, self.rank, v0=self.start, tol=CLOSE)
        self.start = vectors.sum(axis=1) + 1e-3 * self.start / np.linalg.norm(self.start)
        scores = np.sum(vectors**2, axis=1)[work.problem.columns].sum(axis=1)
        return np.where(work.squares().sum(axis=1) > 0, scores, 0.0)
