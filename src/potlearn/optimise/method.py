"""What a method is: a frozen class with its options as fields, and what it needs and takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, NamedTuple, TypeAlias

from annotated_types import Ge, Lt

from potlearn.errors import OptimisationError
from potlearn.optimise.problem import Problem
from potlearn.runtime.fields import check_fields
from potlearn.typing import Array

AtLeastOne: TypeAlias = Annotated[int, Ge(1)]
"""A number of iterations, of pairs, of members."""
Fraction: TypeAlias = Annotated[float, Ge(0), Lt(1)]
"""A part of something that stays."""


class Ending(NamedTuple):
    """How a method ended.

    ``x`` is the flat point to give back; None: the iterate of least loss.
    """

    converged: bool
    reason: str
    x: Array | None = None


@dataclass(frozen=True)
class Method:
    """Base of the methods; the fields of a method are its options.

    Raises
    ------
    OptimisationError
        An option is not what its field is declared as.
    """

    gradient: ClassVar[bool] = False
    """Whether the loss must come with its gradient."""
    hessian: ClassVar[bool] = False
    """Whether ``hessian=`` must be given."""
    takes_hessian: ClassVar[bool] = False
    """Whether a Hessian that is given is used."""
    takes_bounds: ClassVar[bool] = False
    """Whether bounds are kept."""
    box: ClassVar[bool] = False
    """Whether every parameter must have two finite bounds."""
    least_size: ClassVar[int] = 1
    """Fewest parameters."""

    def __post_init__(self) -> None:
        check_fields(self, type(self).__name__, OptimisationError)

    def run(self, problem: Problem) -> Ending:
        """Minimise; the iterates are reported to ``problem.step``."""
        raise NotImplementedError
