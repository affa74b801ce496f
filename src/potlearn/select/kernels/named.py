"""Kernels: dot product, cosine, radial basis function, inverse multiquadric."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from typing_extensions import override

from potlearn.errors import SelectionError
from potlearn.select.kernels.base import (
    FeatureMap,
    FunctionKernel,
    Kernel,
    Precomputed,
    Radial,
)
from potlearn.select.parameters import check_number, shown
from potlearn.select.rows import Rows
from potlearn.select.vectors import squared_distances, squared_norms
from potlearn.typing import Array


@dataclass(frozen=True)
class Identity(FeatureMap):
    """Features that are the rows themselves."""

    @override
    def width(self, n_columns: int) -> int:
        return n_columns

    @override
    def __call__(self, X: Array) -> Array:
        return X


@dataclass(frozen=True)
class Directions(Identity):
    """Rows of length one; a row of zeros stays one."""

    @override
    def __call__(self, X: Array) -> Array:
        return np.asarray(X / _lengths(X)[:, None])


@dataclass(frozen=True)
class Linear(Kernel):
    r"""The dot product, :math:`k = x \cdot y`."""

    @override
    def __call__(self, X: Array, Y: Array) -> Array:
        return X @ Y.T

    @override
    def diagonal(self, X: Array) -> Array:
        return squared_norms(X)

    @override
    def gradients(self, X: Array, Y: Array) -> tuple[Array, Array]:
        shape = (len(X), *Y.shape)
        return np.broadcast_to(Y, shape), np.broadcast_to(X[:, None, :], shape)

    @override
    def cross_derivative(self, X: Array, Y: Array) -> Array:
        return np.full((len(X), len(Y)), float(X.shape[1]))

    @override
    def features(self) -> FeatureMap:
        return Identity()


@dataclass(frozen=True)
class Cosine(Kernel):
    r"""A power of the cosine, :math:`k = c^\alpha` with :math:`c = \hat x \cdot \hat y`.

    .. math::
        \frac{\partial c}{\partial x} = \frac{\hat y - c\,\hat x}{|x|}, \qquad
        \frac{\partial c}{\partial x} \cdot \frac{\partial c}{\partial y}
        = \frac{c^3 - c}{|x||y|}, \qquad
        \sum_a \frac{\partial^2 c}{\partial x_a \partial y_a} = \frac{D - 2 + c^2}{|x||y|}

    A row of zeros has no direction; its cosines are 0 (and its derivatives mean nothing).

    Parameters
    ----------
    alpha : float
        Exponent, from 1; a fractional one needs cosines that are not negative.
    """

    alpha: float = 1.0

    @override
    def __call__(self, X: Array, Y: Array) -> Array:
        return self._powers(self._cosines(X, Y), 0)

    @override
    def diagonal(self, X: Array) -> Array:
        return np.where(squared_norms(X) > 0, 1.0, 0.0)

    @override
    def gradients(self, X: Array, Y: Array) -> tuple[Array, Array]:
        x, y = _lengths(X)[:, None, None], _lengths(Y)[None, :, None]
        along_x, along_y = X[:, None, :] / x, Y[None, :, :] / y
        c = self._cosines(X, Y)
        slope = self._powers(c, 1)[:, :, None]
        c = c[:, :, None]
        return slope * (along_y - c * along_x) / x, slope * (along_x - c * along_y) / y

    @override
    def cross_derivative(self, X: Array, Y: Array) -> Array:
        c = self._cosines(X, Y)
        direct = self._powers(c, 1) * (X.shape[1] - 2 + c**2)
        bent = self._powers(c, 2) * (c**3 - c)
        return np.asarray((direct + bent) / np.outer(_lengths(X), _lengths(Y)))

    @override
    def features(self) -> FeatureMap | None:
        return Directions() if self.alpha == 1 else None

    def _cosines(self, X: Array, Y: Array) -> Array:
        return np.clip((X / _lengths(X)[:, None]) @ (Y / _lengths(Y)[:, None]).T, -1.0, 1.0)

    def _powers(self, c: Array, order: int) -> Array:
        r"""Derivative of :math:`c^\alpha` of order 0, 1 or 2."""
        a = self.alpha
        check_number("alpha", a, 1.0, expected="a number from 1")
        if a != round(a) and (c < 0).any():
            raise SelectionError(f"negative cosines have no power {a}; take an integer alpha")
        factor = (1.0, a, a * (a - 1))[order]
        return factor * c ** (a - order) if factor else np.zeros_like(c)


@dataclass(frozen=True)
class RBF(Radial):
    r"""Radial basis function, :math:`k = \exp(-|x - y|^2 / 2 l^2)`.

    Parameters
    ----------
    length_scale : float, optional
        Length l, by default the median distance between rows.
    """

    @override
    def __call__(self, X: Array, Y: Array) -> Array:
        exponents = squared_distances(X, Y, -0.5 / self.scale**2)
        return np.asarray(np.exp(exponents, out=exponents))

    @override
    def profile(self, squares: Array) -> tuple[Array, Array, Array]:
        rate, value = -0.5 / self.scale**2, self.value(squares)
        return value, rate * value, rate**2 * value

    @override
    def value(self, squares: Array) -> Array:
        return np.asarray(np.exp(-0.5 / self.scale**2 * squares))


@dataclass(frozen=True)
class IMQ(Radial):
    r"""Inverse multiquadric, :math:`k = (1 + |x - y|^2 / l^2)^{-\beta}`.

    With :math:`\beta` in (0, 1) the Stein discrepancy of this kernel detects non-convergence
    (Gorham & Mackey, Measuring sample quality with kernels, 2017, theorem 8).

    Parameters
    ----------
    length_scale : float, optional
        Length l, by default the median distance between rows.
    beta : float
        Exponent, positive.
    """

    beta: float = 0.5

    @override
    def profile(self, squares: Array) -> tuple[Array, Array, Array]:
        base, value = 1.0 + squares / self.scale**2, self.value(squares)
        first = -self.beta / self.scale**2 * value / base
        return value, first, -(self.beta + 1) / self.scale**2 * first / base

    @override
    def value(self, squares: Array) -> Array:
        check_number("beta", self.beta)
        return np.asarray((1.0 + squares / self.scale**2) ** -self.beta)


KERNELS: dict[str, type[Kernel]] = {
    "linear": Linear,
    "cosine": Cosine,
    "rbf": RBF,
    "imq": IMQ,
    "precomputed": Precomputed,
}
KernelLike = str | Kernel | Callable[[Array, Array], Array]


def make_kernel(kernel: KernelLike) -> Kernel:
    """Kernel by name, as it is, or of a function (X, Y) -> (n, m).

    Raises
    ------
    SelectionError
        Unknown name.
    """
    if isinstance(kernel, Kernel):
        return kernel
    if isinstance(kernel, type) and issubclass(kernel, Kernel):
        raise SelectionError(f"kernel is the class {kernel.__name__}; expected {kernel.__name__}()")
    if isinstance(kernel, type):
        name = kernel.__name__
        raise SelectionError(f"kernel is the class {name}; expected an instance, {name}()")
    if callable(kernel):
        return FunctionKernel(kernel)
    if not isinstance(kernel, str) or kernel not in KERNELS:
        known = ", ".join(KERNELS)
        raise SelectionError(f"unknown kernel {shown(kernel)}; expected one of {known}")
    return KERNELS[kernel]()


def kernel_of_chunks(kernel: KernelLike, rows: Rows) -> Kernel:
    """Kernel that is the same for all chunks of the rows.

    Raises
    ------
    SelectionError
        It is precomputed.
    """
    fitted = make_kernel(kernel).fitted(rows)
    if isinstance(fitted, Precomputed):
        raise SelectionError("a precomputed kernel has no chunks: choose without levels")
    return fitted


def most_volumes(kernel: KernelLike, n: int, d: int) -> int:
    """Bound on the rank of the kernel of ``n`` rows with ``d`` columns."""
    features = make_kernel(kernel).features()
    return n if features is None else min(n, features.width(d))


def _lengths(X: Array) -> Array:
    """Lengths of rows, 1 for rows of zeros."""
    lengths = np.sqrt(squared_norms(X))
    return np.where(lengths > 0, lengths, 1.0)
