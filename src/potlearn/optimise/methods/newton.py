"""Newton's method in a trust region; the Hessian is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from potlearn.optimise.method import AtLeastOne, Ending, Method
from potlearn.optimise.methods.scipy_call import scipy_minimize
from potlearn.optimise.problem import Problem
from potlearn.typing import NonNegative


@dataclass(frozen=True)
class Newton(Method):
    """Trust region, its subproblem nearly exact (Conn, Gould & Toint 2000, chapter 7), by SciPy.

    Parameters
    ----------
    max_iterations : int
    gradient_tolerance : float
        Converged when the norm of the gradient is smaller.
    """

    max_iterations: AtLeastOne = 1000
    gradient_tolerance: NonNegative = 1e-6

    gradient: ClassVar[bool] = True
    hessian: ClassVar[bool] = True
    takes_hessian: ClassVar[bool] = True

    def run(self, problem: Problem) -> Ending:
        """See :class:`~potlearn.optimise.Method`."""
        tolerance = self.gradient_tolerance
        limit = self.max_iterations
        return scipy_minimize(self, problem, "trust-exact", maxiter=limit, gtol=tolerance)
