"""Evolution of a normal distribution (CMA-ES), from the package cma; no gradient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from potlearn.optimise.method import AtLeastOne, Ending, Method
from potlearn.optimise.problem import Problem
from potlearn.runtime.packages import require
from potlearn.typing import Count, NonNegative, Positive

CONVERGED = ("tolfun", "tolfunhist", "tolx", "tolfunrel", "tolflatfitness")
"""Stops of the package that mean that no better point is near."""


@dataclass(frozen=True)
class CMA(Method):
    """Hansen, arXiv:1604.00772.

    Parameters
    ----------
    step : float
        Standard deviation of the first generation, in the unit of the parameters: they should
        have similar scales, and a minimum within some 3 steps of the start.
    max_iterations : int
        Generations.
    tolerance : float
        Converged when the losses of the last generations differ by less, or the points by less than
        this part of ``step``.
    seed : int
    """

    step: Positive = 0.3
    max_iterations: AtLeastOne = 1000
    tolerance: NonNegative = 1e-11
    seed: Count = 0

    takes_bounds: ClassVar[bool] = True
    least_size: ClassVar[int] = 2

    def run(self, problem: Problem) -> Ending:
        """See :class:`~potlearn.optimise.Method`."""
        package = require("cma", "optimise", "method 'cma'")
        search = package.CMAEvolutionStrategy(problem.x0, self.step, self._options(problem))
        while not search.stop():
            points = search.ask()
            values = [problem.value(x) for x in points]
            search.tell(points, values)
            best = int(np.argmin(values))
            problem.step(points[best], values[best])
        why = dict(search.stop())
        return Ending(any(name in why for name in CONVERGED), f"cma: {', '.join(why)}")

    def _options(self, problem: Problem) -> dict[str, Any]:
        """A generator of its own: the package would seed NumPy's global one."""
        rng, box = np.random.default_rng(self.seed), problem.box
        bounds = [None, None] if box is None else [list(box.low), list(box.high)]
        return {
            "seed": np.nan,
            "randn": lambda *shape: rng.standard_normal(shape),
            "bounds": bounds,
            "maxiter": self.max_iterations,
            "tolfun": self.tolerance,
            "tolx": self.tolerance,
            "verbose": -9,
        }
