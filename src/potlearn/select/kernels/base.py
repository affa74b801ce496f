r"""What a kernel is: :math:`k(x, y)` for rows x and y, and its derivatives in both.

Kernels are written for two points in their docstrings; the methods take matrices ``X`` (n, D) and
``Y`` (m, D) and give all pairs.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol, Self

import numpy as np
from typing_extensions import override

from potlearn.errors import SelectionError
from potlearn.select.parameters import check_number
from potlearn.select.rows import Rows
from potlearn.select.vectors import squared_distances
from potlearn.typing import Array

# Rows that the median distance is taken from.
SAMPLE = 500
# Lengths of which squares are finite and not zero.
SQUARED = 1e-150, 1e150


class FeatureMap(Protocol):
    """Explicit features, whose dot product is the kernel."""

    def width(self, n_columns: int) -> int:
        """Number of features of rows with ``n_columns`` columns."""

    def __call__(self, X: Array) -> Array:
        """Features of rows."""


class Kernel(ABC):
    """A positive semidefinite function of two rows."""

    @abstractmethod
    def __call__(self, X: Array, Y: Array) -> Array:
        """Values, (n, m)."""

    @abstractmethod
    def diagonal(self, X: Array) -> Array:
        """Values of every row with itself, (n,)."""

    @abstractmethod
    def gradients(self, X: Array, Y: Array) -> tuple[Array, Array]:
        r""":math:`\partial k/\partial x` and :math:`\partial k/\partial y`, both (n, m, D)."""

    @abstractmethod
    def cross_derivative(self, X: Array, Y: Array) -> Array:
        r""":math:`\sum_a \partial^2 k/\partial x_a \partial y_a`, (n, m)."""

    def fitted(self, rows: Rows) -> Kernel:
        """The kernel with what it takes from the data filled in."""
        return self

    def features(self) -> FeatureMap | None:
        """Explicit features, if there are any in finite number."""
        return None

    @property
    def terms(self) -> float:
        """Size of the terms whose difference a value is; 0 where values are exact to rounding."""
        return 0.0


@dataclass(frozen=True)
class Radial(Kernel):
    r"""A kernel of the squared distance: :math:`k(x, y) = f(|x - y|^2)`.

    .. math::
        \frac{\partial k}{\partial x} = 2 f' (x - y) = -\frac{\partial k}{\partial y}, \qquad
        \sum_a \frac{\partial^2 k}{\partial x_a \partial y_a} = -2 D f' - 4 |x - y|^2 f''
    """

    length_scale: float | None = None

    @abstractmethod
    def profile(self, squares: Array) -> tuple[Array, Array, Array]:
        """Value, first and second derivative of f at squared distances."""

    @abstractmethod
    def value(self, squares: Array) -> Array:
        """Value of f alone, which is finite also where derivatives are not."""

    @override
    def __call__(self, X: Array, Y: Array) -> Array:
        return self.value(squared_distances(X, Y))

    @override
    def diagonal(self, X: Array) -> Array:
        return self.value(np.zeros(len(X)))

    @override
    def gradients(self, X: Array, Y: Array) -> tuple[Array, Array]:
        slope = 2.0 * self.profile(squared_distances(X, Y))[1]
        along = slope[:, :, None] * (X[:, None, :] - Y[None, :, :])
        return along, -along

    @override
    def cross_derivative(self, X: Array, Y: Array) -> Array:
        squares = squared_distances(X, Y)
        _, first, second = self.profile(squares)
        trace: Array = -2.0 * X.shape[1] * first - 4.0 * squares * second
        return trace

    def fitted(self, rows: Rows) -> Self:
        """Take the median distance between rows as length where none is given."""
        if self.length_scale is not None:
            check_number("length_scale", self.length_scale)
            return self
        return replace(self, length_scale=median_distance(rows))

    @property
    def scale(self) -> float:
        """The length.

        Raises
        ------
        SelectionError
            It is neither given nor taken from data (:meth:`fitted`), or is not positive.
        """
        if self.length_scale is None:
            raise SelectionError(f"{type(self).__name__} needs a length_scale, or fitted(rows)")
        check_number("length_scale", self.length_scale, *SQUARED)
        return self.length_scale


class WithoutDerivatives(Kernel):
    """A kernel of which only values are known."""

    @override
    def gradients(self, X: Array, Y: Array) -> tuple[Array, Array]:
        raise SelectionError(f"the kernel {type(self).__name__} has no derivatives")

    @override
    def cross_derivative(self, X: Array, Y: Array) -> Array:
        raise SelectionError(f"the kernel {type(self).__name__} has no derivatives")


@dataclass(frozen=True)
class FunctionKernel(WithoutDerivatives):
    """A kernel given as a function of two matrices, (n, D) and (m, D), to (n, m)."""

    function: Callable[[Array, Array], Array]

    @override
    def __call__(self, X: Array, Y: Array) -> Array:
        try:
            values = np.asarray(self.function(X, Y), np.float64)
        except (TypeError, ValueError) as error:
            raise SelectionError(f"the kernel function failed: {error}") from error
        if values.shape != (len(X), len(Y)) or not np.isfinite(values).all():
            raise SelectionError(
                f"the kernel function gave shape {values.shape}, finite: "
                f"{np.isfinite(values).all()}; expected finite numbers of shape "
                f"{(len(X), len(Y))}"
            )
        return values

    @override
    def diagonal(self, X: Array) -> Array:
        return np.array([self(row[None], row[None])[0, 0] for row in X])


@dataclass(frozen=True)
class Precomputed(WithoutDerivatives):
    """The rows are the kernel matrix itself, (N, N)."""

    @override
    def __call__(self, X: Array, Y: Array) -> Array:
        raise SelectionError("a precomputed kernel has values for its own rows only")

    @override
    def diagonal(self, X: Array) -> Array:
        return np.diag(X).copy()

    def matrix(self, rows: Rows) -> Array:
        """The matrix, symmetric to the last bit.

        Raises
        ------
        SelectionError
            It is not square, or not symmetric.
        """
        n, d = rows.shape
        if n != d:
            raise SelectionError(f"a precomputed kernel is a square matrix; got {n} x {d}")
        matrix = rows.read()
        if not np.allclose(matrix, matrix.T, rtol=1e-8, atol=1e-8 * np.abs(matrix).max()):
            raise SelectionError("a precomputed kernel must be symmetric; this one is not")
        return (matrix + matrix.T) / 2


def median_distance(rows: Rows) -> float:
    """Median distance of distinct rows among up to 500, taken at equal spacing; 1 if all are equal.

    Rows closer than 1e-7 of their spread count as equal.
    """
    n = rows.shape[0]
    sample = rows.take(np.unique(np.linspace(0, n - 1, min(n, SAMPLE)).round().astype(int))).read()
    sample = sample - sample.mean(axis=0)
    squares = squared_distances(sample, sample)[np.triu_indices(len(sample), 1)]
    squares = squares[squares > 1e-14 * np.mean(sample**2, axis=0).sum()]
    return float(np.sqrt(np.median(squares))) if len(squares) else 1.0
