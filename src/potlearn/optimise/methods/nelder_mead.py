"""A simplex that walks downhill; no gradient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from potlearn.optimise.method import AtLeastOne, Ending, Method
from potlearn.optimise.methods.scipy_call import scipy_minimize
from potlearn.optimise.problem import Box, Problem
from potlearn.typing import Array, NonNegative


@dataclass(frozen=True)
class NelderMead(Method):
    """Nelder & Mead, Comput. J. 7 (1965) 308, steps adapted to the dimension, by SciPy.

    Bounds flatten a simplex; so with bounds a new one starts where the last one ended, until the
    loss is not lowered any further.

    Parameters
    ----------
    max_iterations : int
    tolerance : float
        Converged when both the losses and the positions of the simplex differ by less.
    """

    max_iterations: AtLeastOne = 10_000
    tolerance: NonNegative = 1e-6

    takes_bounds: ClassVar[bool] = True

    def run(self, problem: Problem) -> Ending:
        """See :class:`~potlearn.optimise.Method`."""
        ending = self._walk(problem, problem.x0)
        before = np.inf
        while problem.box is not None and ending.converged and problem.best.value < before:
            before = problem.best.value - self.tolerance
            ending = self._walk(problem, problem.best.x)
        return ending

    def _walk(self, problem: Problem, start: Array) -> Ending:
        """One simplex from start to end."""
        return scipy_minimize(
            self,
            problem,
            "Nelder-Mead",
            start,
            maxiter=max(1, self.max_iterations - problem.iteration),
            xatol=self.tolerance,
            fatol=self.tolerance,
            adaptive=problem.size > 2,
            initial_simplex=_simplex(start, problem.box),
        )


def _simplex(x0: Array, box: Box | None) -> Array:
    """The start, and a step along each axis, (n + 1, n): away from a bound, not into it.

    Steps are 5 % of the parameter, as SciPy's are; SciPy's vanish at a bound.
    """
    steps = np.where(x0 == 0, 0.00025, 0.05 * np.abs(x0))
    if box is not None:
        steps = np.minimum(steps, 0.5 * (box.high - box.low))
        steps = np.where(x0 + steps > box.high, -steps, steps)
    return np.vstack([x0, x0 + np.diag(steps)])
