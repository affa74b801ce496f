r"""Nyström features: a kernel of low rank from its values against a few landmarks.

.. math::
    k(x, y) \approx k(x, Z)\, k(Z, Z)^{-1}\, k(Z, y) = \phi(x) \cdot \phi(y), \qquad
    \phi(x) = k(x, Z_P)\, L^{-T}, \quad k(Z_P, Z_P) = L L^T

(Williams & Seeger, Using the Nyström method to speed up kernel machines, 2001).  Landmarks that
depend on the others to rounding are left out by a Cholesky factorisation with pivots P.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from typing_extensions import override

from potlearn.errors import SelectionError
from potlearn.linalg.blas import lapack
from potlearn.select.kernels.base import FeatureMap, Kernel
from potlearn.select.limits import check_memory
from potlearn.select.rows import Rows
from potlearn.typing import Array

# Ratio of the diagonal of a triangle, whose square takes four digits off sums over rows at most.
CONDITION = 1e-2


@dataclass(frozen=True)
class Nystroem(FeatureMap):
    """Features of a kernel.

    Attributes
    ----------
    kernel : Kernel
        What is approximated; exact between landmarks.
    landmarks : (r, D)
        Rows Z.
    factor : (r, r)
        Lower triangle L.
    """

    kernel: Kernel
    landmarks: Array
    factor: Array

    @classmethod
    def of(cls, kernel: Kernel, rows: Rows, rank: int, rng: np.random.Generator) -> Nystroem:
        """Features from ``rank`` landmarks drawn without replacement.

        Raises
        ------
        SelectionError
            The kernel of the landmarks is not positive semidefinite, or too large.
        """
        n = rows.shape[0]
        size = min(rank, n)
        remedy = "give a smaller rank, or choose fewer rows"
        check_memory(float(size) ** 2, f"the kernel matrix of {size} landmarks", remedy)
        chosen = np.sort(rng.choice(n, size, replace=False))
        landmarks = rows.take(chosen).read()
        matrix = kernel(landmarks, landmarks)
        tolerance = len(matrix) * np.finfo(float).eps * float(np.abs(matrix).max())
        factor, pivots, r, _ = lapack().dpstrf(np.asfortranarray(matrix), tol=tolerance, lower=1)
        if r == 0:
            raise SelectionError("the kernel is zero, or negative, between all landmarks")
        return cls(kernel, landmarks[pivots[:r] - 1], np.asfortranarray(np.tril(factor[:r, :r])))

    @property
    def is_well_conditioned(self) -> bool:
        """Whether the triangle may be applied to sums over rows in place of rows."""
        diagonal = np.diag(self.factor)
        return bool(diagonal.min() > CONDITION * diagonal.max())

    @override
    def width(self, n_columns: int) -> int:
        return len(self.landmarks)

    @override
    def __call__(self, X: Array) -> Array:
        values = self.kernel(self.landmarks, X)
        solved, _ = lapack().dtrtrs(self.factor, values, lower=1)
        return np.asarray(solved.T)


@dataclass(frozen=True)
class LandmarkValues(FeatureMap):
    """Values of a kernel against landmarks, :math:`k(x, Z)`."""

    kernel: Kernel
    landmarks: Array

    @override
    def width(self, n_columns: int) -> int:
        return len(self.landmarks)

    @override
    def __call__(self, X: Array) -> Array:
        return self.kernel(X, self.landmarks)
