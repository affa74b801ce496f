r"""A polynomial program, level by level.

.. math:: v_\mathrm{node} = \sum_t w_t\, v_{a_t} v_{b_t}

The level of a node is one more than the highest of what it reads.  All nodes of a level are one
gather, one product and one sum over segments, so that operations, and the time to compile them,
grow with the depth of the program and not with its length.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from potlearn import typing
from potlearn.engine.jax.arithmetic import rows
from potlearn.engine.program import Program


@dataclass(frozen=True, eq=False)
class Level:
    """Terms of the nodes of a level, sorted by node; values are numbered as they are made."""

    left: typing.Species
    right: typing.Species
    weight: typing.Array
    node: typing.Species
    n_nodes: int

    def __call__(self, values: Array) -> Array:
        """Values of the nodes (n_nodes, N) from those before them (V, N)."""
        weight = jnp.asarray(self.weight, values.dtype)[:, None]
        products = rows(values, self.left) * rows(values, self.right) * weight
        return jax.ops.segment_sum(products, self.node, self.n_nodes, indices_are_sorted=True)


@dataclass(frozen=True, eq=False)
class Levels:
    """A program in levels: from moments, in the order ``moments``, to features.

    Attributes
    ----------
    moments : (n,)
        Moments that some node reads.
    levels : tuple of Level
    feature : (M,)
        Value of each feature.
    min_neighbors : (M,)
        The feature is zero for atoms with fewer neighbours.
    """

    moments: typing.Species
    levels: tuple[Level, ...]
    feature: typing.Species
    min_neighbors: typing.Species

    def __call__(self, moments: Array, n_neighbors: Array) -> Array:
        """Features (M, N) of atoms with moments (n_moments, N) and that many neighbours (N,)."""
        one = jnp.ones((1, moments.shape[1]), moments.dtype)
        values = jnp.concatenate([one, rows(moments, self.moments)])
        for level in self.levels:
            values = jnp.concatenate([values, level(values)])
        enough = n_neighbors >= jnp.asarray(self.min_neighbors)[:, None]
        return jnp.where(enough, rows(values, self.feature), 0)

    @classmethod
    def of(cls, program: Program) -> Levels:
        """The levels of a program."""
        terms, depth = _terms(program), _depths(program)
        moments, start = program.moments, program.n_moments
        order = np.argsort(depth[start:-1], kind="stable")
        place = np.zeros(len(depth), np.int32)  # the constant one comes first
        place[moments] = 1 + np.arange(len(moments))
        place[start + order] = 1 + len(moments) + np.arange(len(order))
        levels = tuple(
            _level(terms, place, np.flatnonzero(depth == d)) for d in range(1, depth.max() + 1)
        )
        read = moments.astype(np.int32)
        return cls(read, levels, place[program.feature], program.min_neighbors)


@dataclass(frozen=True, eq=False)
class _Terms:
    node: typing.Indices
    left: typing.Indices
    right: typing.Indices
    weight: typing.Array


def _terms(program: Program) -> _Terms:
    """Node, left and right factor and weight of every term."""
    nodes = program.n_moments + np.arange(program.n_nodes)
    of_group = np.repeat(nodes, np.diff(program.node_first))
    per_group = np.diff(program.group_first)
    return _Terms(
        np.repeat(of_group, per_group),
        np.repeat(program.group_a, per_group).astype(np.int64),
        program.term_b.astype(np.int64),
        program.term_weight,
    )


def _depths(program: Program) -> typing.Indices:
    """Level of every value, zero of moments and of the constant one."""
    depth = np.zeros(program.n_moments + program.n_nodes + 1, np.int64)
    for node in range(program.n_nodes):  # a node reads only those before it
        depth[program.n_moments + node] = 1 + depth[program.read_by(node)].max(initial=0)
    return depth


def _level(terms: _Terms, place: typing.Species, nodes: typing.Indices) -> Level:
    own = np.flatnonzero(np.isin(terms.node, nodes))
    first = place[nodes].min()
    order = own[np.argsort(place[terms.node[own]], kind="stable")]
    return Level(
        place[terms.left[order]],
        place[terms.right[order]],
        terms.weight[order],
        place[terms.node[order]] - first,
        len(nodes),
    )
