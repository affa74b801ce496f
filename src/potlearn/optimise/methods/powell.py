"""Searches along lines, one direction after the other; no gradient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from potlearn.optimise.method import AtLeastOne, Ending, Method
from potlearn.optimise.methods.scipy_call import scipy_minimize
from potlearn.optimise.problem import Problem
from potlearn.typing import NonNegative


@dataclass(frozen=True)
class Powell(Method):
    """Powell, Comput. J. 7 (1964) 155, by SciPy.

    Parameters
    ----------
    max_iterations : int
    tolerance : float
        Converged when an iteration changes loss and point by less than this part of them.
    """

    max_iterations: AtLeastOne = 1000
    tolerance: NonNegative = 1e-8

    takes_bounds: ClassVar[bool] = True

    def run(self, problem: Problem) -> Ending:
        """See :class:`~potlearn.optimise.Method`."""
        return scipy_minimize(
            self,
            problem,
            "Powell",
            maxiter=self.max_iterations,
            xtol=self.tolerance,
            ftol=self.tolerance,
        )
