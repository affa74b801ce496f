"""Energies of a network of features (:mod:`potlearn.engine.network`) in JAX."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import jax.numpy as jnp
from jax import Array

from potlearn.engine.activations import activate, faded
from potlearn.engine.jax.arithmetic import product

if TYPE_CHECKING:
    from potlearn.engine.network import Network

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
        many_body += _branch(layers, name, features, species)
    return linear + (many_body if fade is None else many_body * _fade(fade, features, species))


def _branch(layers: Layers, activation: str, features: Array, species: Array) -> Array:
    (weights, biases), x = layers, features
    for weight, bias in zip(weights[:-1], biases, strict=True):
        x = activate(activation, _of_species(weight, x, species) + bias[species], jnp)
    return _of_species(weights[-1], x, species)[:, 0]


def _of_species(weight: Array, x: Array, species: Array) -> Array:
    """Product with the matrix of each atom's species; all are tried, since there are few."""
    every = product("soi,ni->sno", weight, x)
    return jnp.take_along_axis(every, species[None, :, None], 0)[0]


def _fade(fade: Fading, features: Array, species: Array) -> Array:
    center, weight, inner, outer = fade
    d2 = (((features - center[species]) * weight[species]) ** 2).sum(1)
    found: Array = faded(d2, inner[species], outer[species], jnp)
    return found
