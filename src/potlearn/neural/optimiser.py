"""Steps of the parameters: AdamW with a falling rate, and the running mean of what it gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from potlearn.neural.halves import WHAT, jax_modules
from potlearn.neural.settings import NeuralSettings
from potlearn.runtime import require

WARMUP = 0.02
"""Part of the steps in which the rate rises."""


@dataclass(frozen=True)
class Optimiser:
    """AdamW of optax for every member by itself.

    Attributes
    ----------
    settings : NeuralSettings
    steps : int
        Of the whole training.
    """

    settings: NeuralSettings
    steps: int

    @cached_property
    def _transform(self) -> Any:
        optax = require("optax", "neural", WHAT)
        s = self.settings
        warmup = max(1, round(WARMUP * self.steps))
        rate = optax.warmup_cosine_decay_schedule(
            0.0, s.learning_rate, warmup, max(self.steps, warmup + 1), 0.0
        )
        return optax.chain(
            optax.clip_by_global_norm(s.clip), optax.adamw(rate, weight_decay=s.weight_decay)
        )

    def start(self, parameters: dict[str, Any]) -> Any:
        """State of parameters (K, ...)."""
        jax, _ = jax_modules()
        return jax.vmap(self._transform.init)(parameters)

    @cached_property
    def step(self) -> Callable[[Any, Any, Any, Any, Any], tuple[Any, Any, Any]]:
        """Next parameters, mean and state, from gradients and the number of the step."""
        jax, jnp = jax_modules()
        most = self.settings.average

        def one(gradients: Any, state: Any, parameters: Any) -> tuple[Any, Any]:
            updates, state = self._transform.update(gradients, state, parameters)
            return {k: parameters[k] + updates[k] for k in parameters}, state

        def step(
            gradients: Any, state: Any, parameters: Any, average: Any, number: Any
        ) -> tuple[Any, Any, Any]:
            new, state = jax.vmap(one)(gradients, state, parameters)
            memory = jnp.minimum(most, (1.0 + number) / (10.0 + number))
            mean = {
                k: (memory * average[k] + (1.0 - memory) * new[k]).astype(new[k].dtype) for k in new
            }
            return new, mean, state

        return jax.jit(step)  # type: ignore[no-any-return]
