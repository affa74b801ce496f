"""The protocols of compressors: those that choose functions, and those that choose directions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, TypeAlias

from potlearn.compress.path import Path
from potlearn.compress.problem import FeatureProblem
from potlearn.errors import FitError
from potlearn.linalg.triangular import Matrix

if TYPE_CHECKING:
    from potlearn.runtime import Report


class FunctionChoice(ABC):
    """Chooses functions: the others leave the potential, which becomes faster."""

    @abstractmethod
    def path(self, problem: FeatureProblem, report: Report | None = None) -> Path:
        """The order in which functions are worth keeping; ``report`` is called with (done, total).

        Raises
        ------
        FitError
            The problem has no such order.
        """

    def paths(self, problem: FeatureProblem, report: Report | None = None) -> tuple[Path, ...]:
        """Several orders where the method has them; held-out errors decide between them."""
        return (self.path(problem, report),)


class Projection(ABC):
    """Chooses directions of coefficients: all functions stay, and their cost with them."""

    @abstractmethod
    def most(self, problem: FeatureProblem) -> int:
        """Largest number of directions: the rank."""

    @abstractmethod
    def directions(self, problem: FeatureProblem, k: int) -> Matrix:
        """Basis (C, m) of the coefficients of the features, of ``k`` directions.

        Raises
        ------
        FitError
            Fewer than one direction, or more than the rank.
        """


def check_directions(k: int, rank: int, what: str) -> None:
    """Refuse fewer than one direction, or more than the rank.

    Raises
    ------
    FitError
    """
    if not 1 <= k <= rank:
        raise FitError(f"k is {k}; expected 1 to {rank}, the rank of {what}")


Compressor: TypeAlias = FunctionChoice | Projection
