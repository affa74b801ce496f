"""Quasi-Newton with a dense model of the Hessian (BFGS)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from potlearn.optimise.method import AtLeastOne, Ending, Method
from potlearn.optimise.methods.scipy_call import scipy_minimize
from potlearn.optimise.problem import Problem
from potlearn.typing import NonNegative


@dataclass(frozen=True)
class BFGS(Method):
    """BFGS (Nocedal & Wright, Numerical Optimization, 2006, algorithm 6.1), by SciPy.

    Parameters
    ----------
    max_iterations : int
    gradient_tolerance : float
        Converged when no component of the gradient is larger.
    """

    max_iterations: AtLeastOne = 10_000
    gradient_tolerance: NonNegative = 1e-5

    gradient: ClassVar[bool] = True

    def run(self, problem: Problem) -> Ending:
        """See :class:`~potlearn.optimise.Method`."""
        tolerance = self.gradient_tolerance
        return scipy_minimize(self, problem, "BFGS", maxiter=self.max_iterations, gtol=tolerance)
