"""Everything that decides the training of networks, in one frozen value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le, Lt

from potlearn.errors import FitError
from potlearn.neural.optimisers.registry import OPTIMISERS
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
    hidden : tuple of int, optional
        Sizes of the hidden layers; by default those of the head, of which some take one layer.
    activation : str, optional
        By default that of the head.
    members : int
        Networks that are trained together; the potential is their mean.
    validation : float
        Part of the training set that is held out where no validation set is given.
    optimiser : str
        Name in :data:`~potlearn.neural.OPTIMISERS`.
    epochs : int, optional
        Times that every configuration is seen; of ``lbfgs`` the number of iterations.  By default
        that of the optimiser, and more for small sets: until 300,000 atoms were seen, at most 400.
    energy : float
        Factor of the energy weights of the fit; below 1, forces gain and energies lose.
    robust : float
        Residuals above this many times the typical residual of the linear fit (median of energies
        and virials, half the root mean square of forces) count linearly; 0: all by their square.
    whiten : float
        Ridge of the whitening of features that the first layer is trained on, over their mean
        variance; 0: no whitening.
    batch : int, optional
        Configurations of a step (``adamw``); by default those of some 500 atoms, with at least 20
        steps in an epoch.
    learning_rate : float, optional
        Of ``adamw`` the largest rate, which then falls to zero by a cosine; of ``lbfgs`` the length
        of the first step that is tried.  By default that of the optimiser.
    weight_decay : float, optional
        ``adamw``: a step of rate r multiplies weights by 1 - r weight_decay.  ``lbfgs``: half of it
        times the sum of squared weights is added to the loss.  Biases have none.  By default that
        of the optimiser.
    clip : float, optional
        Largest norm of a gradient over the running mean of such norms (``adamw``); None: no limit.
    average : float
        Memory of the running mean of parameters over steps, of which the result is made
        (``adamw``); 0: no mean.
    patience : int
        Epochs without a better validation after which training ends; 0: all epochs.
    energy_up : float
        Factor of the energy weights in the last part of training; validation has the weights as
        they are.
    energy_from : float
        Part of the epochs after which it counts.
    freeze : int or "first"
        First layers that keep the weights of the potential from which training starts; 0: none.
    memory : float
        GB (10⁹ bytes) that features and pairs of atoms may take; what exceeds them is made again
        for each batch.
    precision : str
        Of the networks while they are trained; the descriptor is in double precision.
    seed : int
        Of initial weights and the order of batches.

    Raises
    ------
    FitError
        A value out of bounds, an unknown optimiser.
    ModelFileError
        An unknown head, hidden layers that it does not take.
    """

    head: str = "mlp"
    hidden: tuple[Width, ...] | None = None
    activation: str | None = None
    members: Annotated[int, Ge(1), Le(64)] = 1
    validation: Annotated[float, Gt(0), Lt(1)] = 0.1
    optimiser: str = "adamw"
    epochs: Annotated[int, Ge(1), Le(1_000_000)] | None = None
    energy: Positive = 1.0
    robust: NonNegative = 4.0
    whiten: Annotated[float, Ge(0), Le(100)] = 0.1
    batch: Annotated[int, Ge(1)] | None = None
    learning_rate: Positive | None = None
    weight_decay: NonNegative | None = None
    clip: Positive | None = 10.0
    average: Annotated[float, Ge(0), Lt(1)] = 0.99
    patience: Count = 0
    energy_up: Positive = 1.0
    energy_from: Annotated[float, Ge(0), Le(1)] = 0.75
    freeze: Count | Literal["first"] = 0
    memory: NonNegative = 4.0
    precision: Literal["float32", "float64"] = "float32"
    seed: Count = 0

    def __post_init__(self) -> None:
        check_fields(self, "neural", FitError)
        HEADS.load(self.head).check_hidden(self.layers)
        OPTIMISERS.load(self.optimiser)

    @property
    def layers(self) -> tuple[int, ...]:
        """Sizes of the hidden layers, those of the head where none are given."""
        return HEADS.load(self.head).default_hidden if self.hidden is None else tuple(self.hidden)

    @property
    def decay(self) -> float:
        """The weight decay, that of the optimiser where none is given."""
        default: float = OPTIMISERS.load(self.optimiser).default_decay
        return default if self.weight_decay is None else self.weight_decay

    @property
    def rate(self) -> float:
        """The learning rate, that of the optimiser where none is given."""
        return self.learning_rate or OPTIMISERS.load(self.optimiser).default_rate

    @property
    def frozen(self) -> int:
        """Number of first layers that are kept."""
        return 1 if self.freeze == "first" else int(self.freeze)

    def energy_factor(self, part: float) -> float:
        """Factor of the energy weights after a part of the epochs."""
        return self.energy_up if part >= self.energy_from else 1.0
