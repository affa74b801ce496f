r"""Steps along gradients of batches, by a rule of optax.

.. math::
    p \leftarrow p - \eta_t \big( u(g_t) + \lambda\, p_\mathrm{weights} \big), \qquad
    \bar p \leftarrow m_t \bar p + (1 - m_t)\, p

The rate rises for the first :data:`WARMUP` of all steps and then falls to zero by a cosine.  The
memory of the mean is short at first: :math:`m_t = \min(m, (1 + t) / (10 + t))`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import cos, pi
from types import ModuleType
from typing import Any

import numpy as np

from potlearn.neural.halves import WHAT, jax_modules
from potlearn.neural.loss import Totals
from potlearn.neural.optimisers.base import Moving, Objective, Optimiser, norms_of
from potlearn.runtime import require
from potlearn.typing import Array, Settings

WARMUP = 0.02
"""Part of the steps in which the rate rises."""
NORMS = 0.99
"""Memory of the running mean of the norms of gradients."""


@dataclass(frozen=True, eq=False)
class Steps(Optimiser):
    """Base of optimisers that move after every batch."""

    @classmethod
    @abstractmethod
    def rule(cls, optax: ModuleType) -> Any:
        """The rule u, an ``optax.GradientTransformation`` without a rate."""

    def start(self, parameters: Array) -> Settings:
        """State of the rule, and the running mean of norms."""
        jax, _ = jax_modules()
        leaves = jax.tree.leaves(jax.jit(self._rule.init)(parameters))
        return {"rule": [np.asarray(a) for a in leaves], "norms": np.zeros(len(parameters))}

    def rate(self, epoch: int) -> float:
        """Learning rate at the start of an epoch."""
        return self._rate(epoch * self.plan.steps)

    def epoch(self, objective: Objective, moving: Moving, epoch: int) -> tuple[Moving, Totals]:
        """A step for each batch."""
        totals, first = Totals(), epoch * self.plan.steps
        for step, batch in enumerate(objective.batches(epoch), first):
            losses, gradients = objective.gradients(moving.parameters, batch)
            objective.check(losses, batch, epoch, step - first)
            for loss in losses:
                totals.add(loss)
            moving = self.step(moving, gradients, step)
        return moving, totals

    def step(self, moving: Moving, gradients: Array, step: int) -> Moving:
        """One step, the number ``step`` of all, along gradients (K, D)."""
        plan, old, dtype = self.plan, moving.parameters, moving.parameters.dtype
        gradients, norms = self._clipped(gradients, moving.memory["norms"])
        leaves, update = self._update(moving.memory["rule"], gradients, old)
        change = (update + plan.decay * plan.weights * old) * plan.free
        new = old - np.asarray(self._rate(step), dtype) * change.astype(dtype)
        m = np.asarray(min(plan.average, (1.0 + step) / (10.0 + step)), dtype)
        mean = moving.average + (1 - m) * (new - moving.average)
        return Moving(new, mean, {"rule": leaves, "norms": norms})

    def _clipped(self, gradients: Array, norms: Array) -> tuple[Array, Array]:
        """Gradients whose norms are not far above their running mean, and that mean."""
        found = norms_of(gradients)
        most = np.inf if self.plan.clip is None else self.plan.clip * norms
        kept = np.where(norms > 0, np.minimum(found, most), found)
        factor = np.divide(kept, found, out=np.ones_like(found), where=found > 0)
        mean = np.where(norms > 0, NORMS * norms + (1 - NORMS) * kept, kept)
        return gradients * factor[:, None].astype(gradients.dtype), mean

    def _rate(self, step: int) -> float:
        total = self.plan.epochs * self.plan.steps
        warmup = max(1, round(WARMUP * total))
        if step < warmup:
            return self.plan.rate * (step + 1) / warmup
        return self.plan.rate * 0.5 * (1 + cos(pi * (step - warmup) / max(total - warmup, 1)))

    @property
    def _rule(self) -> Any:
        return _compiled(type(self))[0]

    def _update(self, leaves: list[Array], gradients: Array, old: Array) -> tuple[list[Array], Any]:
        """State and change from state, gradients and parameters, as NumPy's arrays."""
        jax, _ = jax_modules()
        _, changed, tree = _compiled(type(self))
        state, change = changed(jax.tree.unflatten(tree, leaves), gradients, old)
        return [np.asarray(a) for a in state], np.asarray(change)


@cache
def _compiled(kind: type[Steps]) -> tuple[Any, Callable[..., Any], Any]:
    """The rule of optax, its step compiled, and the tree of its state; once in a process."""
    jax, _ = jax_modules()
    rule = kind.rule(require("optax", "neural", WHAT))

    def changed(state: Any, gradients: Any, parameters: Any) -> Any:
        change, state = rule.update(gradients, state, parameters)
        return jax.tree.leaves(state), change

    return rule, jax.jit(changed), jax.tree.structure(jax.eval_shape(rule.init, np.zeros((1, 1))))
