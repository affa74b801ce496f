r"""A kernel given known rows: what it says beyond what they explain.

.. math::
    k(x, y \mid A) = k(x, y) - k(x, A)\, k(A, A)^{-1}\, k(A, y)

is the Schur complement of the known rows A: :math:`\det L_{S \cup A} = \det L_A \det L_{S|A}`, so
that a determinantal process of this kernel is the one of k, given that A is in the draw (Kulesza &
Taskar, Determinantal point processes for machine learning, 2012, section 2.4.3).  With features it
is the product of the parts of rows outside the span of the known ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from typing_extensions import override

from potlearn.errors import SelectionError
from potlearn.linalg.blas import lapack
from potlearn.select.kernels.base import FeatureMap, Kernel, Precomputed, WithoutDerivatives
from potlearn.select.kernels.named import KernelLike, make_kernel
from potlearn.select.rows import Rows
from potlearn.select.vectors import squared_norms
from potlearn.typing import Array

_EPS = float(np.finfo(float).eps)


@dataclass(frozen=True)
class Conditioned(WithoutDerivatives):
    """A kernel, less what known rows explain.

    Attributes
    ----------
    kernel : Kernel
    known : (A, D)
        Independent known rows.
    factor : (A, A)
        Lower triangle of their kernel matrix.
    largest : float
        Largest value of the kernel at a known row with itself.
    """

    kernel: Kernel
    known: Array
    factor: Array
    largest: float

    @override
    @property
    def terms(self) -> float:
        return self.largest

    @override
    def __call__(self, X: Array, Y: Array) -> Array:
        return np.asarray(self.kernel(X, Y) - self._explained(X).T @ self._explained(Y))

    @override
    def diagonal(self, X: Array) -> Array:
        return np.asarray(self.kernel.diagonal(X) - (self._explained(X) ** 2).sum(axis=0))

    def _explained(self, X: Array) -> Array:
        """:math:`R^{-T} k(A, x)`, (A, n)."""
        values = np.asfortranarray(self.kernel(self.known, X))
        return np.asarray(lapack().dtrtrs(self.factor, values, lower=1)[0])


@dataclass(frozen=True)
class OutsideFeatures(FeatureMap):
    """Features along orthonormal directions, (R, r), that known rows do not span.

    Along directions nothing is left of what is taken away, not even its rounding.
    """

    features: FeatureMap
    directions: Array

    @override
    def width(self, n_columns: int) -> int:
        return self.features.width(n_columns)

    @override
    def __call__(self, X: Array) -> Array:
        return np.asarray(self.features(X) @ self.directions)


@dataclass(frozen=True)
class Outside(WithoutDerivatives):
    """The kernel of :class:`OutsideFeatures`."""

    outside: OutsideFeatures

    @override
    def __call__(self, X: Array, Y: Array) -> Array:
        return self.outside(X) @ self.outside(Y).T

    @override
    def diagonal(self, X: Array) -> Array:
        return squared_norms(self.outside(X))

    @override
    def features(self) -> FeatureMap:
        return self.outside


def conditioned(kernel: KernelLike, rows: Rows, known: Rows | None) -> Kernel:
    """The kernel, fitted to rows (N, D), given known rows (M, D) if there are any.

    Raises
    ------
    SelectionError
        The kernel is precomputed, or known rows span all features.
    """
    fitted = make_kernel(kernel).fitted(rows)
    if known is None:
        return fitted
    if isinstance(fitted, Precomputed):
        raise SelectionError("a precomputed kernel has no values for known rows; name a kernel")
    features, A = fitted.features(), known.read()
    if features is not None:
        return Outside(OutsideFeatures(features, _directions(features(A))))
    matrix = np.asfortranarray(fitted(A, A))
    largest = float(matrix.diagonal().max())
    factor, pivots, rank, _ = lapack().dpstrf(matrix, lower=1, tol=len(A) * _EPS * largest)
    kept = pivots[:rank] - 1
    return Conditioned(fitted, A[kept], np.asfortranarray(factor[:rank, :rank]), largest)


def _directions(B: Array) -> Array:
    """Orthonormal directions outside the span of rows (M, R), (R, r)."""
    _, values, right = np.linalg.svd(_triangle(B))
    rank = int((values > max(B.shape) * _EPS * values[0]).sum())
    if rank == B.shape[1]:
        raise SelectionError(
            f"known rows span all {rank} features: no row adds volume to them; take a kernel of "
            "higher rank (rbf, imq), or more features"
        )
    return np.ascontiguousarray(right[rank:].T)


def _triangle(B: Array) -> Array:
    """A matrix of R rows at most with the same span and singular values."""
    return B if len(B) <= B.shape[1] else np.asarray(np.linalg.qr(B, mode="r"))
