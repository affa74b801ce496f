r"""Limited-memory BFGS on all training data, with the squares of weights in the loss.

.. math:: p \leftarrow p - t\, H g, \qquad
   L(p - t H g) \le L(p) - 10^{-4}\, t\, g \cdot H g, \qquad
   L = L_\mathrm{data} + \tfrac{\lambda}{2} |p_\mathrm{weights}|^2

with H made of the last :data:`PAIRS` changes of parameters and gradients (Liu & Nocedal, Math.
Program. 45 (1989) 503) by optax.  A step is shortened until the loss has fallen.  An epoch is one
such step; there is no mean over steps.  :math:`\lambda` is ``weight_decay``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar, NamedTuple

import numpy as np

from potlearn.neural.halves import WHAT, jax_modules
from potlearn.neural.loss import Totals
from potlearn.neural.optimisers.base import Moving, Objective, Optimiser
from potlearn.runtime import require
from potlearn.typing import Array, Mask, Settings

PAIRS = 10
"""Changes that are remembered."""
ENOUGH = 1e-4
"""Part of the expected fall of the loss that a step must bring."""
ROUNDING = 1e-7
"""Part of a loss that may be rounding."""
TRIES = 12
"""Times that a step is shortened, at most."""


class _Point(NamedTuple):
    """Losses (K,), gradients (K, D) and errors at some parameters."""

    values: Array
    gradients: Array
    totals: Totals


@dataclass(frozen=True, eq=False)
class LBFGS(Optimiser):
    """See :mod:`potlearn.neural.optimisers.lbfgs`."""

    default_rate: ClassVar[float] = 1.0
    default_epochs: ClassVar[int] = 200
    default_decay: ClassVar[float] = 0.0

    _last: list[tuple[float, Array, _Point]] = field(default_factory=list, init=False)
    """The last point: energy factor, parameters and what was found."""

    def start(self, parameters: Array) -> Settings:
        """Memory of no changes."""
        return {"rule": self._fresh(parameters)}

    def rate(self, epoch: int) -> float:
        """Length of the first step that is tried."""
        return self.plan.rate

    def epoch(self, objective: Objective, moving: Moving, epoch: int) -> tuple[Moving, Totals]:
        """One step, as long as the loss falls."""
        old = moving.parameters
        at = self._known(objective, old, epoch)
        leaves, steps = self._directions(moving.memory["rule"], at, old)
        new, found = self._along(objective, old, steps, at, epoch)
        self._last[:] = [(objective.factor(epoch), new, found)]
        return Moving(new, new, {"rule": leaves}), found.totals

    def _directions(self, leaves: list[Array], at: _Point, old: Array) -> tuple[list[Array], Array]:
        """The memory with this point, and steps (K, D); downhill always."""
        leaves, steps = self._rule(leaves, at.gradients, old)
        bad = ~(np.einsum("kd,kd->k", steps, at.gradients, dtype=float) < 0)
        if bad.any():
            fresh, plain = self._rule(self._fresh(old), at.gradients, old)
            leaves = [_where(bad, a, b) for a, b in zip(fresh, leaves, strict=True)]
            steps = _where(bad, plain, steps)
        return leaves, steps

    def _along(
        self, objective: Objective, old: Array, steps: Array, at: _Point, epoch: int
    ) -> tuple[Array, _Point]:
        """Parameters for which the loss of every member has fallen; those of no such step stay."""
        slopes = np.einsum("kd,kd->k", steps, at.gradients, dtype=float)
        length = np.full(len(old), self.plan.rate)
        for _ in range(TRIES):
            new = old + length[:, None].astype(old.dtype) * steps
            found = self._point(objective, new, epoch, check=False)
            good = found.values <= at.values * (1 + ROUNDING) + ENOUGH * length * slopes
            if good.all():
                return new, found
            length = np.where(good, length, 0.3 * length)
        new = _where(good, new, old)
        return new, self._point(objective, new, epoch)

    def _known(self, objective: Objective, vectors: Array, epoch: int) -> _Point:
        """The last point where it is this one: parameters and weights have not changed."""
        for factor, known, point in self._last:
            if known is vectors and factor == objective.factor(epoch):
                return point
        return self._point(objective, vectors, epoch)

    def _point(
        self, objective: Objective, vectors: Array, epoch: int, check: bool = True
    ) -> _Point:
        """Mean loss and gradient over all data."""
        totals, count = Totals(), 0
        values, gradients = np.zeros(len(vectors)), np.zeros(vectors.shape)
        for step, batch in enumerate(objective.whole(epoch)):
            losses, found = objective.gradients(vectors, batch)
            if check:
                objective.check(losses, batch, epoch, step)
            n = len(batch.sizes)
            values += n * np.array([loss.value for loss in losses])
            gradients += n * found
            count += n
            for loss in losses:
                totals.add(loss)
        free = self.plan.free * self.plan.weights * self.plan.decay
        values += count * 0.5 * (free * vectors.astype(float) ** 2).sum(1)
        gradients = (gradients / count + free * vectors) * self.plan.free
        return _Point(values / count, gradients.astype(vectors.dtype), totals)

    def _fresh(self, parameters: Array) -> list[Array]:
        jax, _ = jax_modules()
        return [np.asarray(a) for a in jax.tree.leaves(_compiled()[0](parameters))]

    def _rule(self, leaves: list[Array], gradients: Array, old: Array) -> tuple[list[Array], Array]:
        """Memory and steps from memory, gradients and parameters."""
        jax, _ = jax_modules()
        _, changed, tree = _compiled()
        state, steps = changed(jax.tree.unflatten(tree, leaves), gradients, old)
        return [np.asarray(a) for a in state], np.asarray(steps)


@cache
def _compiled() -> tuple[Callable[..., Any], Callable[..., Any], Any]:
    """The start of optax's memory, its step, for all members, and its tree; once in a process."""
    jax, _ = jax_modules()
    rule = require("optax", "neural", WHAT).scale_by_lbfgs(memory_size=PAIRS)

    def changed(state: Any, gradients: Any, parameters: Any) -> Any:
        change, state = jax.vmap(rule.update)(gradients, state, parameters)
        return jax.tree.leaves(state), -change

    init = jax.jit(jax.vmap(rule.init))
    return init, jax.jit(changed), jax.tree.structure(jax.eval_shape(init, np.zeros((1, 1))))


def _where(chosen: Mask, a: Array, b: Array) -> Array:
    """Rows of a where chosen, else of b."""
    found: Array = np.where(chosen.reshape(-1, *(1,) * (a.ndim - 1)), a, b)
    return found
