"""The one call: a loss, a start, a method; a result."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from potlearn.errors import OptimisationError
from potlearn.optimise.method import Ending, Method
from potlearn.optimise.problem import Box, Callback, Loss, Problem, Stopped
from potlearn.optimise.registry import DEFAULT, METHODS, make_method
from potlearn.optimise.result import Result
from potlearn.typing import Array

Bounds = Sequence[tuple[float | None, float | None]] | Array
"""A pair (low, high) for each parameter, None or infinite if open: (n, 2), or x0's shape + (2,)."""


def minimize(
    loss: Loss,
    x0: Any,
    *,
    method: str | Method = DEFAULT,
    gradient: Loss | None = None,
    hessian: Loss | None = None,
    bounds: Bounds | None = None,
    callback: Callback | None = None,
    **options: Any,
) -> Result:
    """Minimise a function of an array of any shape.

    Parameters
    ----------
    loss : callable
        Point, in the shape of ``x0`` -> value, or -> the tuple (value, gradient).
    x0 : array
        The start.
    method : str or Method
        A name of :data:`METHODS`.  ``lbfgs``, ``bfgs``, ``newton``, ``trust-constr``, ``adam``,
        ``adamw`` and ``sgd`` need the gradient, ``newton`` the Hessian too; ``nelder-mead``,
        ``powell``, ``differential-evolution`` and ``cma`` need the loss alone.
    gradient : callable, optional
        Point -> gradient in the shape of ``x0``, where the loss does not give it.
    hessian : callable, optional
        Point -> Hessian (n, n), or of shape ``x0.shape + x0.shape``.
    bounds : sequence of pairs, optional
        Lowest and highest value of each parameter.  No method leaves them.
    callback : callable, optional
        Called after every iteration with (iteration, x, value); the end if it returns True.
    **options
        Fields of the method's class, such as ``max_iterations``.

    Returns
    -------
    Result

    Raises
    ------
    OptimisationError
        The loss or gradient is not finite (methods without gradients take +inf as a point out of
        the domain, except at the start): the error's ``x`` and ``value`` are the best point so
        far.  Or the method needs what was not given, or bounds contradict each other or the start.
    MissingExtraError
        The method's package is not installed.
    """
    began = time.perf_counter()
    chosen = make_method(method, **options)
    start = _start(x0)
    box = None if bounds is None else _box(bounds, start)
    _check_given(chosen, start.size, hessian, box)
    walls = not chosen.gradient
    problem = Problem(loss, start, gradient, hessian, box, callback, walls)
    if chosen.gradient and not problem.has_gradient:
        raise _needs(
            chosen, "the gradient: return (value, gradient), or give gradient=", "gradient"
        )
    ending = _run(chosen, problem)
    return _result(problem, ending, time.perf_counter() - began)


def _run(method: Method, problem: Problem) -> Ending:
    try:
        return method.run(problem)
    except Stopped:
        return Ending(False, "the callback stopped it")


def _result(problem: Problem, ending: Ending, seconds: float) -> Result:
    x = problem.best.x if ending.x is None else ending.x
    value = problem.best.value if ending.x is None else problem.value(x)
    return Result(
        x.reshape(problem.shape).copy(),
        value,
        ending.converged,
        ending.reason,
        problem.iteration,
        problem.n_evaluations,
        np.array(problem.history),
        seconds,
    )


def _start(x0: Any) -> Array:
    try:
        start = np.array(x0, float)
    except (TypeError, ValueError) as error:
        raise OptimisationError(
            f"x0: expected an array of numbers, got {type(x0).__name__}"
        ) from error
    if not start.size:
        raise OptimisationError("x0: expected at least one parameter, got none")
    if not np.isfinite(start).all():
        raise OptimisationError("x0: expected finite numbers, got others")
    return start


def _box(bounds: Bounds, start: Array) -> Box:
    """Bounds, checked; the flat position of the first wrong one is in the message."""
    try:
        pairs = np.array(bounds, dtype=object).reshape(start.size, 2)
        low = np.array([-np.inf if a is None else a for a in pairs[:, 0]], float)
        high = np.array([np.inf if b is None else b for b in pairs[:, 1]], float)
    except (TypeError, ValueError) as error:
        raise OptimisationError(
            f"bounds: expected a pair of numbers for each of {start.size} parameters"
        ) from error
    x = start.ravel()
    for i in np.flatnonzero(~(low < high)):
        raise OptimisationError(
            f"bounds of parameter {i}: expected the lower one below the upper, got "
            f"({low[i]}, {high[i]})"
        )
    for i in np.flatnonzero((x < low) | (x > high)):
        raise OptimisationError(
            f"x0: parameter {i} is {x[i]}, which is out of its bounds ({low[i]}, {high[i]})"
        )
    return Box(low, high)


def _check_given(method: Method, size: int, hessian: Loss | None, box: Box | None) -> None:
    """Whether the method has what it needs, and takes what is given."""
    if size < method.least_size:
        raise OptimisationError(
            f"method {_name(method)!r}: expected at least {method.least_size} parameters, "
            f"got {size}"
        )
    if method.hessian and hessian is None:
        raise _needs(method, "the Hessian: give hessian=", "hessian")
    if hessian is not None and not method.takes_hessian:
        raise _takes_no(method, "Hessian", "takes_hessian")
    if box is not None and not method.takes_bounds:
        raise _takes_no(method, "bounds", "takes_bounds")
    if method.box and (box is None or not np.isfinite(box).all()):
        raise _needs(method, "two finite bounds for each parameter: give bounds=", "box")


def _name(method: Method) -> str:
    return METHODS.classes.get(type(method).__name__, type(method).__name__)


def _needs(method: Method, what: str, trait: str) -> OptimisationError:
    others = [name for name, kind in METHODS.items() if not getattr(kind, trait)]
    return OptimisationError(
        f"method {_name(method)!r} needs {what}; methods that do not need it: {', '.join(others)}"
    )


def _takes_no(method: Method, what: str, trait: str) -> OptimisationError:
    others = [name for name, kind in METHODS.items() if getattr(kind, trait)]
    return OptimisationError(
        f"method {_name(method)!r} takes no {what}; methods that do: {', '.join(others)}"
    )
