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
from jax.lax import bitcast_convert_type, stop_gradient

from potlearn import typing
from potlearn.engine.basis import Basis
from potlearn.engine.jax.arithmetic import product, rows

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


def intervals_of(knots: Array) -> Array:
    """What interpolation needs of each interval, (T, intervals, 6, n), from (T, knots, 3, n).

    Value, slope and second derivative on the left, then the change of the value, and slope and
    second derivative on the right.  Changes are taken here, before numbers are rounded to single
    precision, which would cost slopes three digits.
    """
    left, right = knots[:, :-1], knots[:, 1:]
    change = right[:, :, :1] - left[:, :, :1]
    return jnp.concatenate([left, change, right[:, :, 1:]], axis=2)


def radial_functions(tables: Tables, intervals: Array, table: Array, r: Array) -> Array:
    """Values (n, ...) at distances ``r`` (...) up to the cutoff, of the tables ``table`` (...)."""
    scale = jnp.asarray(2.0**OCTAVES_OF_CUTOFF / tables.cutoffs, r.dtype)[table]
    x = r * scale
    interval, left, h = _interval(tables, stop_gradient(x))
    weights = hermite_weights((x - left) / h, h / stop_gradient(scale))
    flat = intervals.reshape(-1, *intervals.shape[2:])
    found = rows(flat, table * intervals.shape[1] + interval)
    return product("k...,...kn->n...", jnp.stack(weights), found)


def _interval(tables: Tables, x: Array) -> tuple[Array, Array, Array]:
    """Number, left end and length of the interval of ``x``, from its bits."""
    integer, mantissa, bias = (
        (jnp.int64, 52, 1023) if x.dtype == jnp.float64 else (jnp.int32, 23, 127)
    )
    bits = bitcast_convert_type(x, integer)
    leading = bits >> (mantissa - tables.bits)
    exponent = (bits >> mantissa) - tables.bits
    lowest = bias + OCTAVES_OF_CUTOFF - tables.octaves
    interval = jnp.clip(leading - (lowest << tables.bits), 0, tables.octaves << tables.bits)
    left = bitcast_convert_type(leading << (mantissa - tables.bits), x.dtype)
    return interval, left, bitcast_convert_type(exponent << mantissa, x.dtype)


def hermite_weights(t: Array, h: Array) -> tuple[Array, ...]:
    """Weights of the six numbers of an interval (:func:`intervals_of`).

    ``t`` is the position in the interval, 0 to 1, and ``h`` its length.
    """
    u = 1 - t
    return (
        jnp.ones_like(t),
        h * t * u**3 * (1 + 3 * t),
        h * h * 0.5 * t * t * u**3,
        t**3 * (10 + t * (6 * t - 15)),
        h * t**3 * u * (3 * t - 4),
        h * h * 0.5 * t**3 * u * u,
    )
