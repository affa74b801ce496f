"""Interior points in a trust region: bounds, and a Hessian where there is one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from potlearn.optimise.method import AtLeastOne, Ending, Method
from potlearn.optimise.methods.scipy_call import scipy_minimize
from potlearn.optimise.problem import Problem
from potlearn.typing import NonNegative


@dataclass(frozen=True)
class TrustConstr(Method):
    """Interior points (Byrd, Hribar & Nocedal, SIAM J. Optim. 9 (1999) 877), by SciPy.

    It cannot leave a bound that it starts on, so such a start is moved inside by a hundredth.

    Parameters
    ----------
    max_iterations : int
    gradient_tolerance : float
        Converged when no component of the Lagrangian's gradient is larger.
    step_tolerance : float
        Converged when the trust region is smaller.
    """

    max_iterations: AtLeastOne = 1000
    gradient_tolerance: NonNegative = 1e-8
    step_tolerance: NonNegative = 1e-8

    gradient: ClassVar[bool] = True
    takes_hessian: ClassVar[bool] = True
    takes_bounds: ClassVar[bool] = True

    def run(self, problem: Problem) -> Ending:
        """See :class:`~potlearn.optimise.Method`."""
        return scipy_minimize(
            self,
            problem,
            "trust-constr",
            None if problem.box is None else problem.box.inside(problem.x0),
            maxiter=self.max_iterations,
            gtol=self.gradient_tolerance,
            xtol=self.step_tolerance,
        )
