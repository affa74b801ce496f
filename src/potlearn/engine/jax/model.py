r"""Features of atoms as a pure function of the vectors to their neighbours, and of the knots.

.. math::
    A_{e n l m}(i) &= \sum_{j: z_j = e} R_n(r_{ij}; z_i, z_j) Y_{lm}(r_{ij} / |r_{ij}|) \\
    B_k(i) &= P_k(A(i))
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array

from potlearn import typing
from potlearn.engine.basis import Basis
from potlearn.engine.jax.arithmetic import product, rows
from potlearn.engine.jax.harmonics import harmonics
from potlearn.engine.jax.program import Levels
from potlearn.engine.jax.radial import Tables, radial_functions


class Kinds(NamedTuple):
    """Species of atoms (N,) and of their neighbours (N, K), and which places have one (N, K)."""

    species: Array
    neighbor_species: Array
    present: Array


@dataclass(frozen=True, eq=False)
class Model:
    """A basis, laid out for JAX: what is fixed when a function is compiled."""

    tables: Tables
    table_of: typing.Species
    degree: int
    n_species: int
    place: typing.Species
    programs: tuple[Levels, ...]

    @classmethod
    def of(cls, basis: Basis) -> Model:
        """The model of a basis."""
        degree, n_radial = max(basis.degrees), len(basis.degrees)
        kinds = zip(basis.lowest, basis.degrees, strict=True)
        ranges = [np.arange(low**2, (high + 1) ** 2) for low, high in kinds]
        one = np.concatenate([n * (degree + 1) ** 2 + lm for n, lm in enumerate(ranges)])
        shift = n_radial * (degree + 1) ** 2 * np.arange(basis.n_species)
        place = (shift[:, None] + one).ravel().astype(np.int32)
        programs = tuple(Levels.of(program) for program in basis.programs)
        return cls(Tables.of(basis), basis.table_of, degree, basis.n_species, place, programs)

    def features(self, vectors: Array, kinds: Kinds, intervals: Array) -> Array:
        """Features (N, M) of atoms whose neighbours are at ``vectors`` (N, K, 3).

        Distances below those that a table covers give NaN.
        """
        table = jnp.asarray(self.table_of)[kinds.species[:, None], kinds.neighbor_species]
        cutoff = jnp.asarray(self.tables.cutoffs, vectors.dtype)[table]
        inside = kinds.present & ((vectors * vectors).sum(-1) < cutoff * cutoff)
        # A place without a neighbour has one at the cutoff, where all derivatives are finite.
        elsewhere = cutoff[..., None] * jnp.array([1, 0, 0], vectors.dtype)
        vectors = jnp.where(inside[..., None], vectors, elsewhere)
        r = jnp.sqrt((vectors * vectors).sum(-1))
        radial = jnp.where(inside, radial_functions(self.tables, intervals, table, r), 0)
        covered = r >= jnp.asarray(self.tables.closest, r.dtype)[table]
        radial = jnp.where(covered, radial, jnp.nan)
        angular = harmonics(self.degree, vectors / r[..., None])
        moments = self._moments(radial, angular, kinds.neighbor_species)
        return self._polynomials(moments, kinds.species, inside.sum(1)).T

    def _moments(self, radial: Array, angular: Array, neighbor_species: Array) -> Array:
        """Moments (n_moments, N) from (n, N, K), ((L + 1)², N, K) and species (N, K)."""
        kinds = jnp.arange(self.n_species)[:, None, None]
        radial = jnp.where(neighbor_species == kinds, radial[:, None], 0).swapaxes(0, 1)
        full = product("enik,lik->enli", radial, angular)
        return rows(full.reshape(-1, full.shape[-1]), self.place)

    def _polynomials(self, moments: Array, species: Array, n_neighbors: Array) -> Array:
        """Features (M, N) by the program of each atom's species."""
        found = [program(moments, n_neighbors) for program in self.programs]
        features = found[0]
        for z, other in enumerate(found[1:], 1):
            features = jnp.where(species == z, other, features)
        return features


def pair_vectors(positions: Array, neighbor: Array, offsets: Array) -> Array:
    """Vectors to the neighbours, (N, K, 3), in Å."""
    return rows(positions, neighbor) - positions[:, None] + offsets
