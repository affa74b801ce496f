"""Descent by one of optax's rules, in double precision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar, Literal

import numpy as np

from potlearn.optimise.method import AtLeastOne, Ending, Method
from potlearn.optimise.problem import Problem
from potlearn.runtime.packages import require
from potlearn.runtime.xla import double_precision
from potlearn.typing import Array, NonNegative, Positive


@dataclass(frozen=True)
class Steps(Method):
    """Base of the methods that follow the gradient step by step; bounds clip each step.

    Parameters
    ----------
    learning_rate : float
    schedule : {"constant", "cosine"}
        The rate stays, or falls to zero over ``max_iterations``.
    max_iterations : int
    gradient_tolerance : float
        Converged when no component of the gradient is larger (those into a bound do not count).
    keep : {"best", "last"}
        The iterate to give back; ``last`` for losses on random batches.
    """

    learning_rate: Positive = 1e-2
    schedule: Literal["constant", "cosine"] = "constant"
    max_iterations: AtLeastOne = 1000
    gradient_tolerance: NonNegative = 1e-6
    keep: Literal["best", "last"] = "best"

    gradient: ClassVar[bool] = True
    takes_bounds: ClassVar[bool] = True

    def rule(self, optax: ModuleType, rate: Any) -> Any:
        """The rule, an ``optax.GradientTransformation``."""
        raise NotImplementedError

    def run(self, problem: Problem) -> Ending:
        """See :class:`~potlearn.optimise.Method`."""
        what = f"method {type(self).__name__.lower()!r}"
        optax, jax = require("optax", "optimise", what), require("jax", "optimise", what)
        with double_precision(jax):
            return self._descend(problem, *_compiled(jax, self.rule(optax, self._rate(optax))))

    def _descend(self, problem: Problem, init: Callable[..., Any], update: Any) -> Ending:
        x = problem.x0
        state = init(x)
        for _ in range(self.max_iterations):
            slope = problem.slope(x)
            if np.abs(_free(slope, x, problem)).max() <= self.gradient_tolerance:
                return self._ending(True, "no component of the gradient is above its tolerance", x)
            change, state = update(slope, state, x)
            x = x + np.asarray(change)
            x = x if problem.box is None else problem.box.clip(x)
            problem.step(x, problem.value(x))
        return self._ending(False, f"all {self.max_iterations} iterations are done", x)

    def _ending(self, converged: bool, reason: str, x: Array) -> Ending:
        return Ending(converged, reason, x if self.keep == "last" else None)

    def _rate(self, optax: ModuleType) -> Any:
        if self.schedule == "constant":
            return self.learning_rate
        return optax.cosine_decay_schedule(self.learning_rate, self.max_iterations)


def _free(slope: Array, x: Array, problem: Problem) -> Array:
    """The gradient without what the bounds hold: x less the clipped x - gradient."""
    return slope if problem.box is None else x - problem.box.clip(x - slope)


def _compiled(jax: ModuleType, rule: Any) -> tuple[Callable[..., Any], Callable[..., Any]]:
    return rule.init, jax.jit(rule.update)
