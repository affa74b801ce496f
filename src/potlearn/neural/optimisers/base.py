"""What an optimiser is: it moves the parameters of all members for an epoch at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

import numpy as np

from potlearn.typing import Array, Mask, Settings

if TYPE_CHECKING:
    from potlearn.neural.loss import Loss, Totals
    from potlearn.neural.samples import Batch


class Objective(Protocol):
    """What is minimised."""

    def batches(self, epoch: int) -> Iterator[Batch]:
        """Batches of an epoch, in an order that follows from the seed and the epoch."""

    def whole(self, epoch: int) -> Iterator[Batch]:
        """All training data, in an order that is always the same."""

    def factor(self, epoch: int) -> float:
        """By which energy weights are multiplied."""

    def gradients(self, vectors: Array, batch: Batch) -> tuple[list[Loss], Array]:
        """Loss of every member, and its gradient (K, D)."""

    def check(self, losses: list[Loss], batch: Batch, epoch: int, step: int) -> None:
        """Raise FitError for a loss that is not finite."""


@dataclass(frozen=True, eq=False)
class Plan:
    """How parameters are moved.

    Attributes
    ----------
    rate : float
        Learning rate of the first steps.
    epochs : int
        Of the whole training.
    steps : int
        Of an epoch.
    decay : float
        Part of the weights that a step of rate 1 takes off, or penalty of their squares.
    weights : (D,)
        Which parameters are weights, on which decay acts.
    free : (D,)
        Which parameters are trained.
    clip : float or None
        Largest norm of a gradient over the running mean of norms.
    average : float
        Memory of the mean of parameters.
    """

    rate: float
    epochs: int
    steps: int
    decay: float
    weights: Mask
    free: Mask
    clip: float | None
    average: float


@dataclass(frozen=True, eq=False)
class Moving:
    """What moves.

    Attributes
    ----------
    parameters, average : (K, D)
        Present ones, and their running mean, of which the result is made.
    memory : dict
        Arrays of the optimiser.
    """

    parameters: Array
    average: Array
    memory: Settings


@dataclass(frozen=True, eq=False)
class Optimiser(ABC):
    """Base of optimisers.

    Attributes
    ----------
    plan : Plan
    """

    default_rate: ClassVar[float]
    """Learning rate where none is given."""
    default_epochs: ClassVar[int]
    """Least number of epochs where none is given; small sets have more."""
    default_decay: ClassVar[float]
    """Weight decay where none is given."""

    plan: Plan

    @abstractmethod
    def start(self, parameters: Array) -> Settings:
        """Arrays to remember, before the first step."""

    @abstractmethod
    def rate(self, epoch: int) -> float:
        """Learning rate at the start of an epoch."""

    @abstractmethod
    def epoch(self, objective: Objective, moving: Moving, epoch: int) -> tuple[Moving, Totals]:
        """Where an epoch leads, and the losses on the way.

        Raises
        ------
        FitError
            A loss that is not finite.
        """


def norms_of(rows: Array) -> Array:
    """Length of every row (K,)."""
    found: Array = np.sqrt(np.einsum("kd,kd->k", rows, rows, dtype=float))
    return found
