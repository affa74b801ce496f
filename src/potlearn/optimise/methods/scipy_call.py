"""SciPy's ``minimize`` for the methods that it has."""

from __future__ import annotations

import warnings
from typing import Any

from potlearn.optimise.method import Ending, Method
from potlearn.optimise.problem import Problem
from potlearn.typing import Array


def scipy_minimize(
    method: Method, problem: Problem, name: str, start: Array | None = None, **options: Any
) -> Ending:
    """Run SciPy's method ``name``; its options include ``maxiter``."""
    from scipy.optimize import Bounds, minimize

    def step(intermediate_result: Any) -> None:  # SciPy looks at the argument's name
        problem.step(intermediate_result.x, float(intermediate_result.fun))

    box, x0 = problem.box, problem.x0 if start is None else start
    given: dict[str, Any] = {"jac": problem.slope} if method.gradient else {}
    if method.takes_hessian and problem.has_hessian:
        given["hess"] = problem.curvature
    if box is not None:
        given["bounds"] = Bounds(box.low, box.high, keep_feasible=True)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "delta_grad == 0.0", UserWarning)  # exact convergence
        found = minimize(problem.value, x0, method=name, callback=step, options=options, **given)
    return Ending(bool(found.success), f"SciPy: {str(found.message).strip()}")
