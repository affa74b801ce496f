r"""L-ensembles: the spectrum of :math:`L = B B^T`, and leverages of its rows, in two passes.

With features B (N, R), triangle :math:`R^T R = B^T B` and :math:`R = U \Sigma W^T`,

.. math::
    L = V \Sigma^2 V^T, \qquad V = B W \Sigma^{-1}, \qquad h_i = \sum_j V_{ij}^2 ,

without a matrix of N rows and columns.  A kernel without explicit features has its full matrix up
to ``FULL_KERNEL`` rows, and Nyström features of a stated rank above.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np

from potlearn.errors import SelectionError
from potlearn.select.kernels.base import FeatureMap, Kernel, Precomputed
from potlearn.select.kernels.named import Identity, KernelLike, make_kernel
from potlearn.select.kernels.nystroem import LandmarkValues, Nystroem
from potlearn.select.moments import Moments, Square, Triangle, Whitened
from potlearn.select.parameters import check_count
from potlearn.select.passes import over, squares_of
from potlearn.select.rows import ArrayRows, Rows, blocks
from potlearn.select.run import Run, State
from potlearn.select.vectors import squared_norms
from potlearn.typing import Array, Indices

# Rows up to which a kernel without explicit features is a full matrix (128 MB).
FULL_KERNEL = 4000
# Landmarks of Nyström features where no rank is given, at least.
MIN_RANK = 500
_LANDMARKS, _EPS = 1, float(np.finfo(float).eps)


@dataclass(frozen=True)
class Ensemble:
    r"""Spectrum of a kernel matrix.

    Attributes
    ----------
    rows : Rows
        What features are made of.
    features : FeatureMap
        B from rows.
    singular_values : (r,)
        Those of B that are not zero to rounding, descending: roots of the kernel's eigenvalues.
    axes : (R, r)
        :math:`W \Sigma^{-1}`.
    leverages : (N,)
        Squared lengths of the rows of V; they sum to r.
    """

    rows: Rows
    features: FeatureMap
    singular_values: Array
    axes: Array
    leverages: Array

    @property
    def rank(self) -> int:
        """Rank r of the kernel matrix."""
        return len(self.singular_values)

    @property
    def log_eigenvalues(self) -> Array:
        """Logarithms of the kernel's eigenvalues, (r,)."""
        return 2.0 * np.log(self.singular_values)

    def vectors(self, indices: Indices, axes: Array) -> Array:
        """Rows of V, for some or all columns of ``self.axes``."""
        return Along(self.features, axes)(self.rows.take(indices).read())

    def weighted(self, weights: Array, run: Run, stage: str) -> Array:
        r""":math:`\sum_j w_j V_{ij}^2` of every row, (N,)."""
        along = Along(self.features, self.axes * np.sqrt(weights))
        return squares_of(self.rows, along, run, stage, self.features.width(self.rows.shape[1]))


def check_rank(rank: object) -> None:
    """SelectionError unless a number of landmarks is None or a positive integer."""
    if rank is not None:
        check_count("rank", rank, "a positive number of landmarks")


def ensemble_of(
    rows: Rows, kernel: KernelLike, rank: int | None, n_to_select: int, run: Run
) -> Ensemble:
    """Ensemble of a kernel by name, with what it takes from the data."""
    fitted = make_kernel(kernel).fitted(rows)
    return decompose(rows, fitted, run, rank or max(2 * n_to_select, MIN_RANK))


def decompose(rows: Rows, kernel: Kernel, run: Run, rank: int) -> Ensemble:
    """Spectrum and leverages; ``rank`` is the number of landmarks where they are needed.

    Raises
    ------
    SelectionError
        The kernel is zero, or not positive semidefinite.
    """
    features, moments = kernel.features(), Triangle()  # type: FeatureMap | None, Moments
    if features is None:
        if rows.shape[0] <= FULL_KERNEL or isinstance(kernel, Precomputed):
            return _full(_matrix(rows, kernel), kernel.terms)
        nystroem = Nystroem.of(kernel, rows, rank, run.rng(_LANDMARKS))
        features, moments = nystroem, Square()
        if nystroem.is_well_conditioned:
            features = LandmarkValues(kernel, nystroem.landmarks)
            moments = Whitened(nystroem.factor)
    singular_values, axes = spectrum_of(rows, features, moments, run)
    width = features.width(rows.shape[1])
    leverages = squares_of(rows, Along(features, axes), run, "leverages", width)
    return Ensemble(rows, features, singular_values, axes, leverages)


def spectrum_of(
    rows: Rows, features: FeatureMap, moments: Moments, run: Run
) -> tuple[Array, Array]:
    """Singular values of the features, and axes, in one pass: see :class:`Moments`."""
    state = over(
        rows,
        _MomentsOf(features, moments),
        run,
        "moments",
        lambda a, b: {"moments": moments.merge(a["moments"], b["moments"])},
    )
    return moments.spectrum(state["moments"], rows.shape[0])


def _matrix(rows: Rows, kernel: Kernel) -> Array:
    if isinstance(kernel, Precomputed):
        return kernel.matrix(rows)
    X = rows.read()
    matrix = kernel(X, X)
    rounding = max(1e-8 * np.abs(matrix).max(), len(matrix) * _EPS * kernel.terms)
    if not np.allclose(matrix, matrix.T, rtol=1e-8, atol=rounding):
        raise SelectionError("the kernel is not symmetric: k(x, y) differs from k(y, x)")
    return matrix


def _full(matrix: Array, terms: float) -> Ensemble:
    """Ensemble from the kernel matrix itself; its eigenvectors serve as rows and features.

    Entries are as exact as differences of numbers of the size ``terms`` are.
    """
    eigenvalues, vectors = np.linalg.eigh(matrix)
    cut = len(matrix) * _EPS * max(np.abs(eigenvalues).max(), terms)
    if eigenvalues[0] < -1e3 * cut:
        raise SelectionError(
            f"the kernel is not positive semidefinite: its eigenvalues go from "
            f"{eigenvalues[0]:.3g} to {eigenvalues[-1]:.3g}"
        )
    kept = np.flatnonzero(eigenvalues > cut)[::-1]
    if len(kept) == 0:
        raise SelectionError("the kernel is zero for all rows: there is nothing to tell them by")
    V = np.ascontiguousarray(vectors[:, kept])
    leverages = squared_norms(V)
    axes = np.eye(len(kept))
    return Ensemble(ArrayRows(V), Identity(), np.sqrt(eigenvalues[kept]), axes, leverages)


@dataclass(frozen=True)
class Along:
    """Rows of V: features along axes."""

    features: FeatureMap
    axes: Array

    def __call__(self, X: Array) -> Array:
        """Rows of V for rows of X."""
        return np.asarray(self.features(X) @ self.axes)


@dataclass(frozen=True)
class _MomentsOf:
    """Work on a chunk: moments of its features."""

    features: FeatureMap
    moments: Moments

    def __call__(self, rows: Rows) -> State:
        width = self.features.width(rows.shape[1])
        parts = (self.moments.of(self.features(X)) for _, X in blocks(rows, width))
        return {"moments": reduce(self.moments.merge, parts)}
