"""What a minimisation found, and how it went."""

from __future__ import annotations

from dataclasses import dataclass

from potlearn.typing import Array


@dataclass(frozen=True)
class Result:
    """The point that was found.

    Attributes
    ----------
    x : array
        The point, in the shape of the start.  It is the iterate of least loss, the start included
        (methods with ``keep="last"`` give the last iterate).
    value : float
        The loss there.
    converged : bool
        Whether the method's own test of convergence passed.
    reason : str
        Why it ended.
    n_iterations : int
    n_evaluations : int
        Calls of the loss.
    history : (n_iterations + 1,)
        The loss of the iterates; the first is the start's.
    seconds : float
        Wall time.
    """

    x: Array
    value: float
    converged: bool
    reason: str
    n_iterations: int
    n_evaluations: int
    history: Array
    seconds: float
