"""Everything that decides the training of networks, in one frozen value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le, Lt

from potlearn.errors import FitError
from potlearn.potentials.neural import HEADS
from potlearn.runtime.fields import check_fields
from potlearn.typing import Count, NonNegative, Positive

Width = Annotated[int, Ge(1), Le(4096)]


@dataclass(frozen=True)
class NeuralSettings:
    """Settings of :func:`~potlearn.neural.fit_neural`.

    Parameters
    ----------
    head : str
        Name in :data:`~potlearn.potentials.neural.HEADS`.
    hidden : tuple of int
        Sizes of the hidden layers.
    activation : str, optional
        By default that of the head.
    members : int
        Networks that are trained together; the potential is their mean.
    epochs : int
        Times that every configuration is seen.
    batch : int
        Configurations of a step.
    learning_rate : float
        Of the first steps; it falls to zero by a cosine.
    weight_decay : float
        Part of the weights that a step of size 1 takes off (AdamW).
    clip : float
        Largest norm of a gradient over that of the loss at the start.
    average : float
        Memory of the mean of parameters over steps (EMA), of which the result is made; 0: none.
    patience : int
        Epochs without a better validation after which training ends; 0: all epochs.
    precision : str
        Of the networks while they are trained; the descriptor is in double precision.
    seed : int
        Of initial weights and the order of batches.

    Raises
    ------
    FitError
        A value out of bounds, an unknown head.
    """

    head: str = "mlp"
    hidden: tuple[Width, ...] = (32, 32)
    activation: str | None = None
    members: Annotated[int, Ge(1), Le(64)] = 1
    epochs: Annotated[int, Ge(1), Le(1_000_000)] = 100
    batch: Annotated[int, Ge(1)] = 8
    learning_rate: Annotated[float, Gt(0), Le(1)] = 1e-3
    weight_decay: NonNegative = 0.0
    clip: Positive = 10.0
    average: Annotated[float, Ge(0), Lt(1)] = 0.99
    patience: Count = 0
    precision: Literal["float32", "float64"] = "float32"
    seed: Count = 0

    def __post_init__(self) -> None:
        check_fields(self, "neural", FitError)
        HEADS.load(self.head)
