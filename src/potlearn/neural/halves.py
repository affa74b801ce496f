r"""The two halves of a step that JAX compiles; between them the engine works on the geometry.

With standardised features x of all atoms and networks h of parameters p:

.. math::
    \text{first half:}\quad & h(p, x), \quad w = \partial h / \partial x \\
    \text{engine:}\quad & F = -\sum w\, \partial x / \partial r \quad \text{(vjp)}, \qquad
        t = \delta x \text{ along } \partial L / \partial F,\ \partial L / \partial W
        \quad \text{(jvp)} \\
    \text{second half:}\quad & \frac{\partial L}{\partial p} = \frac{\partial}{\partial p}
        \sum_i \Big( \frac{\partial L}{\partial E}\, h_i
            - \frac{\partial h_i}{\partial x} \cdot t_i \Big)

The last term is one derivative in forward mode through the networks: the loss on forces needs no
second derivative of the descriptor.  Arrays of all members have a leading axis K; atoms are
(S, P): by species, padded to sizes of which there are few, so that little is compiled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from potlearn.potentials.neural import Head
from potlearn.potentials.neural.heads import Parameters
from potlearn.runtime import require
from potlearn.typing import Array, Indices, Species

WHAT = "training of neural potentials"


def jax_modules() -> tuple[Any, Any]:
    """JAX and its NumPy.

    Raises
    ------
    MissingExtraError
        JAX is not installed.
    """
    return require("jax", "neural", WHAT), require("jax.numpy", "neural", WHAT)


def bucket(count: int) -> int:
    """The next of 16, 20, 24, 28, 32, 40, 48, ...: at most a quarter is padding."""
    step = 4
    while step * 8 < count:
        step *= 2
    return max(16, -(-count // step) * step)


@dataclass(frozen=True)
class Places:
    """Where atoms are among (S, P) places.

    Attributes
    ----------
    index : (N,)
        Place of each atom in the flat array.
    shape : (S, P)
    """

    index: Indices
    shape: tuple[int, int]

    @classmethod
    def of(cls, species: Species, n_species: int) -> Places:
        """Atoms of each species in a row of their own."""
        index, most = np.empty(len(species), np.int64), 0
        for s in range(n_species):
            own = np.flatnonzero(species == s)
            index[own] = np.arange(len(own))
            most = max(most, len(own))
        padded = bucket(most)
        return cls(index + padded * species.astype(np.int64), (n_species, padded))

    def fill(self, values: Array, dtype: str) -> Any:
        """Values (..., N, M) or (..., N) of atoms, zero in empty places."""
        axis = values.ndim - 2 if values.ndim > 1 else 0
        return self._put(values, axis, dtype)

    def take(self, found: Any, axis: int) -> Array:
        """Values of atoms from places; ``axis`` is that of the species."""
        array = np.asarray(found, float)
        shape = (*array.shape[:axis], -1, *array.shape[axis + 2 :])
        values: Array = array.reshape(shape).take(self.index, axis)
        return values

    def _put(self, values: Array, axis: int, dtype: str) -> Any:
        shape = (*values.shape[:axis], self.shape[0] * self.shape[1], *values.shape[axis + 1 :])
        filled = np.zeros(shape, dtype)
        filled[(*(slice(None),) * axis, self.index)] = values
        return filled.reshape(*values.shape[:axis], *self.shape, *values.shape[axis + 1 :])


@dataclass(frozen=True)
class Halves:
    """The compiled halves for a kind of head."""

    head: Head
    counts: dict[str, int]
    """How often each half was compiled."""

    @cached_property
    def first(self) -> Callable[[Parameters, Any], tuple[Any, Any]]:
        """Energies (K, S, P) and their slopes (K, S, P, M) from parameters (K, ...)."""
        jax, jnp = jax_modules()

        def one(parameters: Parameters, x: Any) -> tuple[Any, Any]:
            def total(features: Any) -> tuple[Any, Any]:
                energies = self.head.energies(parameters, features, jnp)
                return energies.sum(), energies

            slopes, energies = jax.grad(total, has_aux=True)(x)
            return energies, slopes

        def all_members(parameters: Parameters, x: Any) -> tuple[Any, Any]:
            self.counts["first"] = self.counts.get("first", 0) + 1
            return jax.vmap(one, (0, None))(parameters, x)  # type: ignore[no-any-return]

        return jax.jit(all_members)  # type: ignore[no-any-return]

    @cached_property
    def second(self) -> Callable[[Parameters, Any, Any, Any], Parameters]:
        """Gradients (K, ...) from x (S, P, M), dL/dE (K, S, P) and t (K, S, P, M)."""
        jax, jnp = jax_modules()

        def work(parameters: Parameters, x: Any, slopes: Any, tangents: Any) -> Any:
            energies, along = jax.jvp(
                lambda features: self.head.energies(parameters, features, jnp), (x,), (tangents,)
            )
            return (slopes * energies - along).sum()

        def all_members(parameters: Parameters, x: Any, slopes: Any, tangents: Any) -> Parameters:
            self.counts["second"] = self.counts.get("second", 0) + 1
            gradient = jax.vmap(jax.grad(work), (0, None, 0, 0))
            return gradient(parameters, x, slopes, tangents)  # type: ignore[no-any-return]

        return jax.jit(all_members)  # type: ignore[no-any-return]
