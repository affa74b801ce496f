r"""Radial functions from their tables, as differentiable functions of distances and knots.

Quintic Hermite interpolation between the knots of :mod:`potlearn.engine.radial`.  The interval is
found by exponent and leading bits of :math:`x = 8 r / r_\mathrm{cut}`; it is a constant in
derivatives.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.lax import stop_gradient

from potlearn import typing
from potlearn.engine.basis import Basis
from potlearn.engine.jax.arithmetic import rows

OCTAVES_OF_CUTOFF = 3  # the cutoff is at x = 8


class Tables(NamedTuple):
    """What is fixed of the tables; the knots are arguments, so that they can be learnt.

    Attributes
    ----------
    cutoffs : (T,)
        Of each table, in Å.
    closest : (T,)
        Least distance that each covers, in Å.
    bits, octaves : int
        Intervals per octave as a power of two, and number of octaves.
    """

    cutoffs: typing.Array
    closest: typing.Array
    bits: int
    octaves: int

    @classmethod
    def of(cls, basis: Basis) -> Tables:
        """The tables of a basis."""
        cutoffs = np.array([t.cutoff for t in basis.tables], float)
        closest = np.array([t.closest for t in basis.tables]) * (1 + 1e-12)
        return cls(cutoffs, closest, basis.tables[0].bits, basis.tables[0].octaves)


def knots_of(basis: Basis) -> typing.Array:
    """Value, first and second derivative at the knots, (T, knots, 3, n), without padding."""
    return np.stack([t.knots[:, :, : len(basis.degrees)] for t in basis.tables])


def radial_functions(tables: Tables, knots: Array, table: Array, r: Array) -> Array:
    """Values (n, ...) at distances ``r`` (...) up to the cutoff, of the tables ``table`` (...)."""
    x = r * jnp.asarray(2.0**OCTAVES_OF_CUTOFF / tables.cutoffs, r.dtype)[table]
    _, exponent = jnp.frexp(stop_gradient(x))  # 2^(exponent - 1) <= x
    exponent = exponent - 1
    places = jnp.ldexp(jnp.ones_like(x), tables.bits - exponent)
    spread = x * places  # 2^bits to 2^(bits + 1) in its octave; exact
    leading = jnp.floor(stop_gradient(spread))
    octave = exponent + tables.octaves - OCTAVES_OF_CUTOFF
    interval = (octave << tables.bits) + leading.astype(exponent.dtype) - (1 << tables.bits)
    interval = jnp.clip(interval, 0, tables.octaves << tables.bits)
    h = (r / x) / places
    weights = hermite_weights(spread - leading, stop_gradient(h))
    flat = knots.reshape(-1, 3, knots.shape[-1])
    here = table * knots.shape[1] + interval
    ends = (*jnp.moveaxis(rows(flat, here), -2, 0), *jnp.moveaxis(rows(flat, here + 1), -2, 0))
    value = sum(w[..., None] * f for w, f in zip(weights, ends, strict=True))
    return jnp.moveaxis(jnp.asarray(value), -1, 0)


def hermite_weights(t: Array, h: Array) -> tuple[Array, ...]:
    """Weights of value, slope and second derivative at the left knot, then at the right one.

    ``t`` is the position in the interval, 0 to 1, and ``h`` its length.
    """
    u = 1 - t
    right = t**3 * (10 + t * (6 * t - 15))
    return (
        1 - right,
        h * t * u**3 * (1 + 3 * t),
        h * h * 0.5 * t * t * u**3,
        right,
        h * t**3 * u * (3 * t - 4),
        h * h * 0.5 * t**3 * u * u,
    )
