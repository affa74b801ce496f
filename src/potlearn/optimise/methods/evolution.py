"""Differential evolution: a population within bounds; no gradient, many minima."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from potlearn.optimise.method import AtLeastOne, Ending, Method
from potlearn.optimise.problem import Problem
from potlearn.typing import Count, NonNegative


@dataclass(frozen=True)
class DifferentialEvolution(Method):
    """Storn & Price, J. Glob. Optim. 11 (1997) 341, by SciPy.

    Parameters
    ----------
    max_iterations : int
        Generations.
    population : int
        Members for each parameter.
    tolerance : float
        Converged when the standard deviation of the losses of a generation is below this part of
        their mean, or below 1e-12.
    seed : int
    """

    max_iterations: AtLeastOne = 1000
    population: AtLeastOne = 15
    tolerance: NonNegative = 1e-6
    seed: Count = 0

    takes_bounds: ClassVar[bool] = True
    box: ClassVar[bool] = True

    def run(self, problem: Problem) -> Ending:
        """See :class:`~potlearn.optimise.Method`."""
        from scipy.optimize import differential_evolution

        def step(intermediate_result: Any) -> None:  # SciPy looks at the argument's name
            problem.step(intermediate_result.x, float(intermediate_result.fun))

        assert problem.box is not None
        given: dict[str, Any] = {
            "x0": problem.x0,
            "maxiter": self.max_iterations,
            "popsize": self.population,
            "tol": self.tolerance,
            "atol": 1e-12,
            "seed": np.random.default_rng(self.seed),
            "callback": step,
            "polish": False,
        }
        try:
            found = differential_evolution(problem.value, problem.box.pairs(), **given)
        except RuntimeError as error:  # SciPy wraps errors of the loss
            raise error.__cause__ or error from None
        return Ending(bool(found.success), f"SciPy: {str(found.message).strip()}")
