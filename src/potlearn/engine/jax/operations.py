"""The engine's operations as pure functions of padded inputs, which JAX compiles once per size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jax import Array

from potlearn.engine.jax.arithmetic import product
from potlearn.engine.jax.inputs import Inputs
from potlearn.engine.jax.model import Kinds, Model, pair_vectors
from potlearn.engine.jax.network import Tree, energies


@dataclass(frozen=True, eq=False)
class Operations:
    """Operations in one precision.

    Differences of positions are taken in the precision of the positions: in single precision,
    atoms far from the origin would lose digits.
    """

    model: Model
    dtype: str

    def vectors(self, inputs: Inputs) -> Array:
        """Vectors to the neighbours, (N, K, 3)."""
        found = pair_vectors(inputs.positions, inputs.neighbor, inputs.offsets)
        return found.astype(jax.dtypes.canonicalize_dtype(self.dtype))

    def features_of(self, vectors: Array, inputs: Inputs, intervals: Array) -> Array:
        """Features (N, M) of atoms with neighbours at ``vectors``."""
        neighbor_species = inputs.species[inputs.neighbor]
        kinds = Kinds(inputs.species, neighbor_species, inputs.present)
        return self.model.features(vectors, kinds, intervals.astype(vectors.dtype))

    def features(self, inputs: Inputs, intervals: Array) -> Array:
        """Features (N, M)."""
        return self.features_of(self.vectors(inputs), inputs, intervals)

    def linear(
        self, inputs: Inputs, intervals: Array, coefficients: Array
    ) -> tuple[Array, Array, Array]:
        """Energies (N, S), forces (N, S, 3), virials of atoms (N, S, 6), of S linear models."""
        own = coefficients[inputs.species]
        features, pull = self._pull(inputs, intervals)
        found = own[..., 0] + product("nsm,nm->ns", own[..., 1:], features)
        return found, *jax.vmap(pull, 1, 1)(own[..., 1:])

    def vjp(self, inputs: Inputs, intervals: Array, weights: Array) -> tuple[Array, Array]:
        """Forces (N, 3) and virials of atoms (N, 6)."""
        return self._pull(inputs, intervals)[1](weights)

    def jvp(self, inputs: Inputs, intervals: Array, moves: Array, strain: Array) -> Array:
        """Features' derivative (N, M) along moves (N, 3) and the strain (N, 3, 3) at each atom."""
        vectors = self.vectors(inputs)
        change = pair_vectors(moves, inputs.neighbor, jnp.zeros((), moves.dtype))
        change = change + product("iab,ikb->ika", strain, vectors)

        def features(vectors: Array) -> Array:
            return self.features_of(vectors, inputs, intervals)

        tangent: Array = jax.jvp(features, (vectors,), (change,))[1]
        return tangent

    def network(
        self, inputs: Inputs, intervals: Array, activations: tuple[str, ...], tree: Tree
    ) -> tuple[Array, Array, Array]:
        """Energies (N,), forces (N, 3) and virials of atoms (N, 6) of a network."""
        features, pull = self._pull(inputs, intervals)

        def energy(features: Array) -> Array:
            return energies(activations, tree, features, inputs.species)

        found, back = jax.vjp(energy, features)
        return found, *pull(back(jnp.ones_like(found))[0])

    def _pull(
        self, inputs: Inputs, intervals: Array
    ) -> tuple[Array, Callable[[Array], tuple[Array, Array]]]:
        """Features, and what gives forces and virials of atoms for weights (N, M)."""
        vectors = self.vectors(inputs)

        def features(vectors: Array) -> Array:
            return self.features_of(vectors, inputs, intervals)

        found, back = jax.vjp(features, vectors)

        def pull(weights: Array) -> tuple[Array, Array]:
            (gradient,) = back(weights)
            return _forces(gradient, inputs.neighbor), _virials(vectors, gradient)

        return found, pull


def _forces(gradient: Array, neighbor: Array) -> Array:
    """Forces (N, 3) from the gradients in the vectors to the neighbours."""
    pairs, n = gradient.reshape(-1, 3), len(neighbor)
    return gradient.sum(1) - jax.ops.segment_sum(pairs, neighbor.ravel(), n)


def _virials(vectors: Array, gradient: Array) -> Array:
    """Each atom's part of the virial (N, 6), xx yy zz yz xz xy."""
    outer = -product("ika,ikb->iab", vectors, gradient)
    first, second = jnp.array([0, 1, 2, 1, 0, 0]), jnp.array([0, 1, 2, 2, 2, 1])
    return outer[:, first, second]
