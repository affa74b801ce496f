"""Second moments of features, summed over chunks: as a triangle, or squared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from typing_extensions import override

from potlearn.errors import SelectionError
from potlearn.linalg.blas import lapack
from potlearn.typing import Array

_EPS = float(np.finfo(float).eps)


class Moments(Protocol):
    """How the moments of features B (n, R) are held."""

    def of(self, B: Array) -> Array:
        """Moments of a block of rows."""

    def merge(self, first: Array, second: Array) -> Array:
        """Moments of both."""

    def spectrum(self, moments: Array, n: int) -> tuple[Array, Array]:
        r"""Singular values of n rows above rounding, descending, and axes A with :math:`V = B A`.

        V are the left singular vectors.

        Raises
        ------
        SelectionError
            All features are zero.
        """


@dataclass(frozen=True)
class Triangle(Moments):
    """R of a QR decomposition: singular values to rounding of the largest."""

    @override
    def of(self, B: Array) -> Array:
        reduced, _, _ = lapack().dgeqrt(min(64, *B.shape), np.asfortranarray(B))
        return np.triu(reduced[: B.shape[1]])

    @override
    def merge(self, first: Array, second: Array) -> Array:
        return self.of(np.vstack([first, second]))

    @override
    def spectrum(self, moments: Array, n: int) -> tuple[Array, Array]:
        _, values, Wt = np.linalg.svd(moments, full_matrices=False)
        kept = values > max(n, moments.shape[1]) * _EPS * values[0]
        return _axes(values[kept], Wt[kept].T)


@dataclass(frozen=True)
class Square(Moments):
    """:math:`B^T B`, half the work: for features that know their kernel to rounding only."""

    @override
    def of(self, B: Array) -> Array:
        return B.T @ B

    @override
    def merge(self, first: Array, second: Array) -> Array:
        return first + second

    @override
    def spectrum(self, moments: Array, n: int) -> tuple[Array, Array]:
        squares, W = np.linalg.eigh(moments)
        kept = squares > 10 * max(len(moments), n**0.5) * _EPS * squares[-1]
        return _axes(np.sqrt(squares[kept])[::-1], W[:, kept][:, ::-1])


@dataclass(frozen=True)
class Whitened(Square):
    r"""Squares of values B that make features only with a triangle: :math:`\phi = B L^{-T}`.

    The triangle is applied to the sum, once, in place of to all rows; it must be well conditioned.
    """

    factor: Array

    @override
    def spectrum(self, moments: Array, n: int) -> tuple[Array, Array]:
        half, _ = lapack().dtrtrs(self.factor, np.asfortranarray(moments), lower=1)
        whole, _ = lapack().dtrtrs(self.factor, np.asfortranarray(half.T), lower=1)
        values, axes = super().spectrum((whole + whole.T) / 2, n)
        solved, _ = lapack().dtrtrs(self.factor, np.asfortranarray(axes), lower=1, trans=1)
        return values, np.ascontiguousarray(solved)


def _axes(values: Array, vectors: Array) -> tuple[Array, Array]:
    if len(values) == 0:
        raise SelectionError("the kernel is zero for all rows: there is nothing to tell them by")
    return values, np.ascontiguousarray(vectors / values)
