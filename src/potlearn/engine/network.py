r"""A nonlinear function of features, as the engine evaluates it: plain layers.

With features B (M) of an atom of species z, K branches h, and a fade f,

.. math::
    E_i = c_{z,0} + \sum_k c_{z,k} B_k + f_z(d^2) \sum_m h_m(B, z), \qquad
    d^2 = \sum_k \big((B_k - a_{z,k})\, v_{z,k}\big)^2

with center a and weight v.  :meth:`Network.energies_and_slopes` is the reference in NumPy;
:meth:`potlearn.engine.Engine.network_energy_forces` does the same, and forces, in one compiled
pass.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from potlearn.errors import BasisError
from potlearn.runtime import shown
from potlearn.typing import Array, Settings, Species

if TYPE_CHECKING:
    from potlearn.engine import _native


def _silu(x: Array) -> tuple[Array, Array]:
    from scipy.special import expit

    s = expit(x)
    return x * s, s * (1 + x * (1 - s))


def _tanh(x: Array) -> tuple[Array, Array]:
    t = np.tanh(x)
    return t, 1 - t * t


def _sqrt(x: Array) -> tuple[Array, Array]:
    q = 1 / np.hypot(1.0, x)
    return x * np.sqrt(q), 0.5 * (1 + q * q) * np.sqrt(q)


_VALUE_AND_SLOPE: dict[str, Callable[[Array], tuple[Array, Array]]] = {
    "silu": _silu,
    "tanh": _tanh,
    "sqrt": _sqrt,
}
ACTIVATIONS = tuple(_VALUE_AND_SLOPE)
r"""Names of the activations: silu :math:`x / (1 + e^{-x})`, tanh, and a smooth square root with
sign, sqrt: :math:`x / (1 + x^2)^{1/4}`."""


@dataclass(frozen=True, eq=False)
class Branch:
    """Layers one after the other, for every species its own.

    Attributes
    ----------
    weights : tuple of (S, out, in)
        Of each layer; the first has in = M, the last out = 1.
    biases : tuple of (S, out)
        Of all layers but the last, which has none.
    activation : str
        After all layers but the last, one of :data:`ACTIVATIONS`.

    Raises
    ------
    BasisError
        Shapes that do not fit, numbers that are not finite, an unknown activation.
    """

    weights: tuple[Array, ...]
    biases: tuple[Array, ...]
    activation: str

    def __post_init__(self) -> None:
        if self.activation not in ACTIVATIONS:
            known = ", ".join(ACTIVATIONS)
            raise BasisError(f"activation: expected one of {known}, got {shown(self.activation)}")
        weights = tuple(_given(w, f"weights of layer {k}") for k, w in enumerate(self.weights, 1))
        biases = tuple(_given(b, f"biases of layer {k}") for k, b in enumerate(self.biases, 1))
        _check_layers(weights, biases)
        object.__setattr__(self, "weights", weights)
        object.__setattr__(self, "biases", biases)

    def values_and_slopes(self, features: Array, species: int) -> tuple[Array, Array]:
        """Values h (N,) and slopes dh/dB (N, M) of atoms of one species."""
        act, x, slopes = _VALUE_AND_SLOPE[self.activation], features, []
        for weight, bias in zip(self.weights, self.biases, strict=False):
            x, slope = act(x @ weight[species].T + bias[species])
            slopes.append(slope)
        last = self.weights[-1][species, 0]
        back = np.broadcast_to(last, (len(features), len(last)))
        for weight, slope in zip(reversed(self.weights[:-1]), reversed(slopes), strict=True):
            back = (back * slope) @ weight[species]
        return x @ last, back


@dataclass(frozen=True, eq=False)
class Fade:
    r"""From one, within the data, to zero, far from them, twice differentiable.

    .. math:: f = 1 - 10 t^3 + 15 t^4 - 6 t^5, \qquad
              t = (d^2 - \mathrm{inner}) / (\mathrm{outer} - \mathrm{inner})

    between inner and outer.

    Attributes
    ----------
    center, weight : (S, M)
        Of the distance :math:`d^2 = \sum_k ((B_k - \mathrm{center}_k)\, \mathrm{weight}_k)^2`.
    inner, outer : (S,)
        Squared distances, 0 <= inner < outer.

    Raises
    ------
    BasisError
        Shapes that do not fit, numbers that are not finite, outer not above inner.
    """

    center: Array
    weight: Array
    inner: Array
    outer: Array

    def __post_init__(self) -> None:
        for name in ("center", "weight", "inner", "outer"):
            object.__setattr__(self, name, _given(getattr(self, name), f"fade: {name}"))
        shape = self.center.shape
        if len(shape) != 2 or self.weight.shape != shape:
            raise BasisError(
                f"fade: expected center and weight (S, M), got {shape} and {self.weight.shape}"
            )
        for name in ("inner", "outer"):
            if getattr(self, name).shape != shape[:1]:
                got = getattr(self, name).shape
                raise BasisError(f"fade: expected {name} of shape {shape[:1]}, got {got}")
        if not ((self.inner >= 0) & (self.outer > self.inner)).all():
            raise BasisError(
                f"fade: expected 0 <= inner < outer, got {self.inner} and {self.outer}"
            )

    def values_and_slopes(self, features: Array, species: int) -> tuple[Array, Array]:
        """Values f (N,) and slopes df/dB (N, M) of atoms of one species."""
        inner, width = self.inner[species], self.outer[species] - self.inner[species]
        step = (features - self.center[species]) * self.weight[species]
        t = np.clip((np.einsum("ik,ik->i", step, step) - inner) / width, 0, 1)
        slope = -30 * (t * (1 - t)) ** 2 / width
        value = 1 - t**3 * (10 - t * (15 - 6 * t))
        return value, 2 * slope[:, None] * step * self.weight[species]


@dataclass(frozen=True, eq=False)
class Network:
    """A linear function of features, and branches that fade out far from the data.

    Attributes
    ----------
    coefficients : (S, 1 + M)
        One-body energy and linear weights.
    branches : tuple of Branch
        Their sum is added; none: the function is linear.
    fade : Fade or None
        What multiplies the sum of the branches.

    Raises
    ------
    BasisError
        Shapes that do not fit, or numbers that are not finite.
    """

    coefficients: Array
    branches: tuple[Branch, ...]
    fade: Fade | None = None

    def __post_init__(self) -> None:
        c = _given(self.coefficients, "coefficients")
        if c.ndim != 2 or c.shape[0] < 1 or c.shape[1] < 2:
            raise BasisError(f"coefficients: expected shape (S, 1 + M), got {c.shape}")
        object.__setattr__(self, "coefficients", c)
        object.__setattr__(self, "branches", tuple(self.branches))
        expected = self.n_species, self.n_features
        for k, branch in enumerate(self.branches, 1):
            got = branch.weights[0].shape[0], branch.weights[0].shape[2]
            if got != expected:
                raise BasisError(f"branch {k}: expected (species, features) {expected}, got {got}")
        if self.fade is not None and self.fade.center.shape != expected:
            raise BasisError(f"fade: expected center {expected}, got {self.fade.center.shape}")

    @property
    def n_species(self) -> int:
        """Number S of species."""
        return len(self.coefficients)

    @property
    def n_features(self) -> int:
        """Number M of features of an atom."""
        return int(self.coefficients.shape[1]) - 1

    def energies_and_slopes(self, features: Array, species: Species) -> tuple[Array, Array]:
        """Energies (N,) in eV and their slopes dE/dB (N, M), in NumPy.

        Parameters
        ----------
        features : (N, M)
        species : (N,)
            Index of each atom's element.
        """
        energies, slopes = np.empty(len(features)), np.empty(np.shape(features))
        for z in range(self.n_species):
            own = np.flatnonzero(species == z)
            energies[own], slopes[own] = self._of_species(features[own], z)
        return energies, slopes

    def _of_species(self, features: Array, z: int) -> tuple[Array, Array]:
        energies = self.coefficients[z, 0] + features @ self.coefficients[z, 1:]
        slopes = np.tile(self.coefficients[z, 1:], (len(features), 1))
        h, dh = np.zeros(len(features)), np.zeros(features.shape)
        for branch in self.branches:
            value, slope = branch.values_and_slopes(features, z)
            h, dh = h + value, dh + slope
        if self.fade is not None:
            f, df = self.fade.values_and_slopes(features, z)
            h, dh = f * h, f[:, None] * dh + h[:, None] * df
        return energies + h, slopes + dh

    @cached_property
    def native(self) -> _native.Network:
        """The weights as the compiled pass reads them, laid out once."""
        from potlearn.engine import _native

        none = np.empty(0)
        fade, branches = self.fade, [(b.weights, b.biases, b.activation) for b in self.branches]
        around = (fade.center, fade.weight, fade.inner, fade.outer) if fade else (none,) * 4
        return _native.Network(self.coefficients, branches, *around)

    def __getstate__(self) -> Settings:
        return {k: v for k, v in self.__dict__.items() if k != "native"}


def _given(values: Array, what: str) -> Array:
    """A copy that nobody changes; BasisError for what is not finite."""
    found = np.array(values, float)
    if not np.isfinite(found).all():
        raise BasisError(f"{what}: expected finite numbers, got some that are not")
    found.flags.writeable = False
    return found


def _check_layers(weights: Sequence[Array], biases: Sequence[Array]) -> None:
    """BasisError unless the shapes are those of layers one after the other."""
    if not weights or len(biases) != len(weights) - 1:
        raise BasisError(
            f"branch: expected biases of all layers but the last, got {len(weights)} layers "
            f"and {len(biases)} biases"
        )
    if weights[0].ndim != 3 or 0 in weights[0].shape:
        raise BasisError(f"weights of layer 1: expected (S, out, in), got {weights[0].shape}")
    n_species, _, entering = weights[0].shape
    for k, weight in enumerate(weights, 1):
        out = 1 if k == len(weights) else weight.shape[1] if weight.ndim == 3 else "out"
        if weight.shape != (n_species, out, entering):
            expected = f"({n_species}, {out}, {entering})"
            raise BasisError(f"weights of layer {k}: expected {expected}, got {weight.shape}")
        if k < len(weights) and biases[k - 1].shape != weight.shape[:2]:
            raise BasisError(
                f"biases of layer {k}: expected {weight.shape[:2]}, got {biases[k - 1].shape}"
            )
        entering = weight.shape[1]
