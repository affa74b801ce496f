"""Quasi-Newton with limited memory, bounds kept (L-BFGS-B)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from potlearn.optimise.method import AtLeastOne, Ending, Method
from potlearn.optimise.methods.scipy_call import scipy_minimize
from potlearn.optimise.problem import Problem
from potlearn.typing import NonNegative


@dataclass(frozen=True)
class LBFGS(Method):
    """L-BFGS-B (Byrd, Lu, Nocedal & Zhu, SIAM J. Sci. Comput. 16 (1995) 1190), by SciPy.

    Parameters
    ----------
    max_iterations : int
    memory : int
        Pairs of steps and changes of the gradient that model the Hessian.
    tolerance : float
        Converged when an iteration lowers the loss by less than this part of it (or of 1).
    gradient_tolerance : float
        Converged when no component of the projected gradient is larger.
    """

    max_iterations: AtLeastOne = 15_000
    memory: AtLeastOne = 10
    tolerance: NonNegative = 2.220446049250313e-09
    gradient_tolerance: NonNegative = 1e-5

    gradient: ClassVar[bool] = True
    takes_bounds: ClassVar[bool] = True

    def run(self, problem: Problem) -> Ending:
        """See :class:`~potlearn.optimise.Method`."""
        return scipy_minimize(
            self,
            problem,
            "L-BFGS-B",
            maxiter=self.max_iterations,
            maxcor=self.memory,
            ftol=self.tolerance,
            gtol=self.gradient_tolerance,
        )
