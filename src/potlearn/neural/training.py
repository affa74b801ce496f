"""The loop: epochs of batches, a validation after each, the best parameters kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np

from potlearn.errors import FitError
from potlearn.neural.curve import LearningCurve
from potlearn.neural.halves import numbers
from potlearn.neural.loss import Loss, Totals
from potlearn.neural.model import Model
from potlearn.neural.optimisers import OPTIMISERS, Optimiser
from potlearn.neural.optimisers.base import Moving
from potlearn.neural.samples import Batch, Samples
from potlearn.neural.settings import NeuralSettings
from potlearn.neural.state import State
from potlearn.neural.whitening import Whitening
from potlearn.runtime import Report, say
from potlearn.typing import Array

ATOMS_OF_STEP, STEPS_OF_EPOCH = 500, 20
"""Atoms that a batch has by default, and steps that an epoch has at least.  Fewer atoms cost more
time for each, by what a call costs; larger batches learn less from an epoch."""
ATOMS_AT_ONCE = 2000
"""Atoms of a batch where nothing is learned."""
ATOMS_SEEN, MOST_EPOCHS = 300_000, 400
"""Atoms that are seen by default, in at most so many epochs: small sets need more of them."""


def steps_of(settings: NeuralSettings, samples: Samples) -> int:
    """Steps of an epoch."""
    n = len(samples)
    size = settings.batch
    if size is None:
        wanted = round(ATOMS_OF_STEP * n / samples.n_atoms)
        size = max(1, min(wanted, n // STEPS_OF_EPOCH))
    return -(-n // size)


def epochs_of(settings: NeuralSettings, samples: Samples) -> int:
    """Number of epochs."""
    if settings.epochs is not None:
        return settings.epochs
    least = OPTIMISERS.load(settings.optimiser).default_epochs
    return max(least, min(ATOMS_SEEN // samples.n_atoms, MOST_EPOCHS))


@dataclass(eq=False)
class Training:
    """Training of the members of an ensemble on the same batches.

    Attributes
    ----------
    model : Model
    whitening : Whitening
        Of the parameters, which are those that are trained.
    optimiser : Optimiser
    train, validation : Samples
    settings : NeuralSettings
    epochs : int
        How many.
    parameters : (K, D)
        Where the members start.
    """

    model: Model
    whitening: Whitening
    optimiser: Optimiser
    train: Samples
    validation: Samples
    settings: NeuralSettings
    epochs: int
    parameters: Array
    state: State = field(init=False)

    def __post_init__(self) -> None:
        start = self.parameters.astype(self.settings.precision)
        with numbers(self.settings.precision):
            memory = self.optimiser.start(start)
        self.state = State(Moving(start, start, memory), start, 0, LearningCurve())

    def run(self, changed: Callable[[], None], report: Report | None = None) -> None:
        """All epochs that are left; ``changed`` is called after each.

        Raises
        ------
        FitError
            The loss is not finite; the state is that of the last whole epoch.
        """
        clock = perf_counter()
        if not len(self.state.curve):
            self._begin()
        clock -= self.state.curve["seconds"][-1]
        while self.state.epoch < self.epochs and not self.waited:
            self.state = self._next(clock)
            changed()
            if report is not None:
                report(self.state.epoch, self.epochs)
                say(report, self.state.curve.words())

    @property
    def waited(self) -> bool:
        """Whether validation has not improved for so many epochs."""
        since = len(self.state.curve) - 1 - self.state.curve.best
        return 0 < self.settings.patience <= since

    def errors(self, samples: Samples, vectors: Array) -> Array:
        """Loss and root mean square errors (4,) of the mean of all members."""
        totals, networks = Totals(), self.whitening.networks(vectors)
        for batch in samples.batches(ATOMS_AT_ONCE):
            totals.add(self.model.loss(networks, batch))
        return totals.errors()

    def batches(self, epoch: int) -> Iterator[Batch]:
        """See :class:`~potlearn.neural.optimisers.Objective`."""
        n = len(self.train)
        order = np.random.default_rng([self.settings.seed, epoch]).permutation(n)
        for part in np.array_split(order, steps_of(self.settings, self.train)):
            yield self.train.batch(part.tolist()).with_energies(self.factor(epoch))

    def whole(self, epoch: int) -> Iterator[Batch]:
        """See :class:`~potlearn.neural.optimisers.Objective`."""
        for batch in self.train.batches(ATOMS_AT_ONCE):
            yield batch.with_energies(self.factor(epoch))

    def factor(self, epoch: int) -> float:
        """See :class:`~potlearn.neural.optimisers.Objective`."""
        return self.settings.energy_factor(epoch / self.epochs)

    def gradients(self, vectors: Array, batch: Batch) -> tuple[list[Loss], Array]:
        """See :class:`~potlearn.neural.optimisers.Objective`."""
        losses, gradients = self.model.gradients(self.whitening.networks(vectors), batch)
        return losses, self.whitening.gradients(gradients)

    def check(self, losses: list[Loss], batch: Batch, epoch: int, step: int) -> None:
        """See :class:`~potlearn.neural.optimisers.Objective`."""
        for member, loss in enumerate(losses):
            if not np.isfinite(loss.value):
                raise FitError(self._not_finite(loss, member, batch, epoch, step))

    def _begin(self) -> None:
        """The first row of the curve: the potential from which training starts."""
        start = self.state.moving.average
        errors = self.errors(self.train, start), self._validated(start)
        self.state.curve.add(*errors, 0.0, self.optimiser.rate(0))

    def _next(self, clock: float) -> State:
        """The state after one more epoch; the present one stays as it is."""
        old, epoch = self.state, self.state.epoch
        with numbers(self.settings.precision):
            moving, totals = self.optimiser.epoch(self, old.moving, epoch)
        validation = self._validated(moving.average)
        curve = LearningCurve(list(old.curve.rows))
        rate = self.optimiser.rate(epoch + 1)
        curve.add(totals.errors(), validation, perf_counter() - clock, rate)
        best = moving.average if curve.best == epoch + 1 else old.best
        return State(moving, best, epoch + 1, curve)

    def _validated(self, vectors: Array) -> Array:
        """Errors on the validation set.

        Raises
        ------
        FitError
            They are not finite.
        """
        found = self.errors(self.validation, vectors)
        if not np.isfinite(found[0]):
            raise FitError(
                f"the loss on the validation set is {found[0]} after epoch {self.state.epoch + 1}; "
                f"{self._advice()}"
            )
        return found

    def _not_finite(self, loss: Loss, member: int, batch: Batch, epoch: int, step: int) -> str:
        shown = ", ".join(batch.sources[:8])
        more = len(batch.sources) - 8
        return (
            f"the loss is {loss.value} in epoch {epoch + 1}, step {step + 1}, member {member + 1}, "
            f"by the {loss.worst} of {shown}{f' and {more} more' if more > 0 else ''}; "
            f"{self._advice()}"
        )

    def _advice(self) -> str:
        rate = f"learning_rate (now {self.settings.rate:g})"
        clip = self.settings.clip
        done = self.state.epoch
        kept = f"epoch {done} is kept in the checkpoint if there is one; " if done else ""
        limit = f"clip (now {'none' if clip is None else clip})"
        return f"{kept}train anew with a smaller {rate} or {limit}"
