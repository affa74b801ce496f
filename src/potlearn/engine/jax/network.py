"""Energies of a network of features (:mod:`potlearn.engine.network`) in JAX."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import jax
import jax.numpy as jnp
from jax import Array

from potlearn.engine.jax.arithmetic import product

if TYPE_CHECKING:
    from potlearn.engine.network import Network

ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "silu": jax.nn.silu,
    "tanh": jnp.tanh,
    "sqrt": lambda x: x * (1 + x * x) ** -0.25,
}

Layers: TypeAlias = tuple[tuple[Array, ...], tuple[Array, ...]]
Fading: TypeAlias = tuple[Array, Array, Array, Array]
Tree: TypeAlias = tuple[Array, list[Layers], Fading | None]
"""Coefficients, weights and biases of the branches, and the fade."""


def parameters(network: Network) -> Any:
    """The numbers of a network as a tree of arrays."""
    branches = [(branch.weights, branch.biases) for branch in network.branches]
    fade = network.fade
    shape = None if fade is None else (fade.center, fade.weight, fade.inner, fade.outer)
    return network.coefficients, branches, shape


def energies(activations: tuple[str, ...], tree: Tree, features: Array, species: Array) -> Array:
    """Energies (N,) of features (N, M)."""
    coefficients, branches, fade = tree
    own = coefficients[species]
    linear = own[:, 0] + (own[:, 1:] * features).sum(1)
    if not branches:
        return linear
    many_body = jnp.zeros_like(linear)
    for layers, name in zip(branches, activations, strict=True):
        many_body += _branch(layers, ACTIVATIONS[name], features, species)
    return linear + (many_body if fade is None else many_body * _fade(fade, features, species))


def _branch(
    layers: Layers, activation: Callable[[Array], Array], features: Array, species: Array
) -> Array:
    (weights, biases), x = layers, features
    for weight, bias in zip(weights[:-1], biases, strict=True):
        x = activation(_of_species(weight, x, species) + bias[species])
    return _of_species(weights[-1], x, species)[:, 0]


def _of_species(weight: Array, x: Array, species: Array) -> Array:
    """Product with the matrix of each atom's species; all are tried, since there are few."""
    every = product("soi,ni->sno", weight, x)
    return jnp.take_along_axis(every, species[None, :, None], 0)[0]


def _fade(fade: Fading, features: Array, species: Array) -> Array:
    center, weight, inner, outer = fade
    d2 = (((features - center[species]) * weight[species]) ** 2).sum(1)
    t = jnp.clip((d2 - inner[species]) / (outer - inner)[species], 0, 1)
    return 1 - t**3 * (10 - t * (15 - 6 * t))
