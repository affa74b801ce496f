"""Operations of JAX as the engine wants them."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike


def product(subscripts: str, *operands: Array) -> Array:
    """``einsum`` in full precision; by default GPUs and TPUs round single precision to 10 bits."""
    return jnp.einsum(subscripts, *operands, precision=jax.lax.Precision.HIGHEST)


def rows(values: Array, index: ArrayLike) -> Array:
    """``values[index]`` for indices that are known to be within bounds."""
    return values.at[index].get(mode="promise_in_bounds")
