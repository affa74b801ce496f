"""The loop: epochs of batches, a validation after each, the best parameters kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import numpy as np

from potlearn.descriptors import Descriptor
from potlearn.errors import FitError
from potlearn.neural.curve import LearningCurve
from potlearn.neural.halves import Halves, Places, jax_modules
from potlearn.neural.loss import Loss, loss_of
from potlearn.neural.optimiser import Optimiser
from potlearn.neural.samples import Batch, Samples
from potlearn.neural.settings import NeuralSettings
from potlearn.neural.state import State
from potlearn.potentials.neural import Head, Scaling
from potlearn.runtime import Report
from potlearn.typing import Array

VALIDATION_ATOMS = 2000


@dataclass
class Training:
    """Training of the members of an ensemble on the same batches.

    Attributes
    ----------
    descriptor : Descriptor
    scaling : Scaling
    heads : list of Head
        Where they start, one for each member.
    train, validation : Samples
    settings : NeuralSettings
    """

    descriptor: Descriptor
    scaling: Scaling
    heads: list[Head]
    train: Samples
    validation: Samples
    settings: NeuralSettings
    halves: Halves = field(init=False)
    optimiser: Optimiser = field(init=False)
    norm: float = field(init=False)
    state: State = field(init=False)

    def __post_init__(self) -> None:
        steps = self.settings.epochs * -(-len(self.train) // self.settings.batch)
        self.halves = Halves(self.heads[0], {})
        self.optimiser = Optimiser(self.settings, steps)
        self.norm = self.train.force_weight
        parameters = {
            name: np.stack([h.parameters[name] for h in self.heads]).astype(self.settings.precision)
            for name in self.heads[0].parameters
        }
        start = self.optimiser.start(parameters)
        self.state = State(parameters, parameters, parameters, start, 0, LearningCurve())

    def run(self, changed: Callable[[], None], report: Report | None = None) -> None:
        """All epochs that are left; ``changed`` is called after each.

        Raises
        ------
        FitError
            The loss is not finite; the state is that of the last whole epoch.
        """
        start, state = perf_counter(), self.state
        before = state.curve["seconds"][-1] if len(state.curve) else 0.0
        if not len(state.curve):
            train = self._errors(self.train, state.average)
            state.curve.add(train, self._errors(self.validation, state.average), 0.0)
        while state.epoch < self.settings.epochs and not self._waited():
            train = self._epoch(state.epoch)
            validation = self._errors(self.validation, state.average)
            state.epoch += 1
            state.curve.add(train, validation, before + perf_counter() - start)
            if state.curve.best == len(state.curve) - 1:
                state.best = dict(state.average)
            changed()
            if report is not None:
                report(state.epoch, self.settings.epochs)

    def _waited(self) -> bool:
        """Whether validation has not improved for so many epochs."""
        since = len(self.state.curve) - 1 - self.state.curve.best
        return 0 < self.settings.patience <= since

    def _epoch(self, epoch: int) -> Array:
        """One epoch: mean loss and root mean square errors of its steps (4,)."""
        order = np.random.default_rng([self.settings.seed, epoch]).permutation(len(self.train))
        state, total = self.state, _Totals()
        step = epoch * -(-len(self.train) // self.settings.batch)
        for batch in self.train.batches(self.settings.batch, order.tolist()):
            gradients, losses = self._gradients(batch)
            for loss in losses:
                total.add(loss, len(batch.sizes))
            if not np.isfinite(total.loss):
                raise FitError(f"the loss is {total.loss} in epoch {epoch + 1}, step {step + 1}")
            state.parameters, state.average, state.optimiser = self.optimiser.step(
                gradients, state.optimiser, state.parameters, state.average, np.float32(step)
            )
            step += 1
        return total.errors()

    def _gradients(self, batch: Batch) -> tuple[Any, list[Loss]]:
        """Gradients (K, ...) of the losses of all members."""
        dtype, species = self.settings.precision, batch.system.species
        places = Places.of(species, len(self.scaling.center))
        x = places.fill(self.scaling.apply(batch.features, species), dtype)
        energies, slopes = self.halves.first(self.state.parameters, x)
        members = zip(places.take(energies, 1), places.take(slopes, 1), strict=True)
        scale, losses, tangents = self.scaling.scale[species], [], []
        for energy, slope in members:
            forces, virial = self.descriptor.vjp(batch.system, slope * scale)
            loss = loss_of(batch, energy, forces, virial, self.norm)
            losses.append(loss)
            tangents.append(self.descriptor.jvp(batch.system, loss.forces, loss.strain) * scale)
        d_energy = np.stack([loss.energy[batch.system.owner] for loss in losses])
        second = self.halves.second(
            self.state.parameters,
            x,
            places._put(d_energy, 1, dtype),
            places._put(np.stack(tangents), 1, dtype),
        )
        return second, losses

    def _errors(self, samples: Samples, parameters: Any) -> Array:
        """Loss and root mean square errors (4,) of the mean of all members."""
        total = _Totals()
        for batch in samples.batches(self.settings.batch, range(len(samples))):
            species = batch.system.species
            places = Places.of(species, len(self.scaling.center))
            x = places.fill(self.scaling.apply(batch.features, species), self.settings.precision)
            energies, slopes = self.halves.first(parameters, x)
            energy, slope = places.take(energies, 1).mean(0), places.take(slopes, 1).mean(0)
            scale = self.scaling.scale[species]
            forces, virial = self.descriptor.vjp(batch.system, slope * scale)
            total.add(loss_of(batch, energy, forces, virial, self.norm), len(batch.sizes))
        return total.errors()


@dataclass
class _Totals:
    """Sums over batches."""

    loss: float = 0.0
    count: int = 0
    squares: Array = field(default_factory=lambda: np.zeros((3, 2)))

    def add(self, loss: Loss, n: int) -> None:
        self.loss += loss.value * n
        self.count += n
        self.squares += loss.squares

    def errors(self) -> Array:
        """Mean loss, root mean square errors."""
        sums, counts = self.squares.T
        rms = np.sqrt(np.divide(sums, counts, out=np.full(3, np.nan), where=counts > 0))
        return np.array([self.loss / max(self.count, 1), *rms])
