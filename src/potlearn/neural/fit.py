"""Training of a neural potential on top of a linear one."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from potlearn.engine import Fade
from potlearn.errors import FitError
from potlearn.fit import FitSettings
from potlearn.linalg.blas import one_blas_thread
from potlearn.neural.beginning import Beginning
from potlearn.neural.flat import Flat, is_weight
from potlearn.neural.halves import WHAT, halves_of
from potlearn.neural.inputs import Budget, Inputs
from potlearn.neural.loss import Measure
from potlearn.neural.measures import farthest, measured
from potlearn.neural.model import Model
from potlearn.neural.optimisers import OPTIMISERS, Plan
from potlearn.neural.result import NeuralResult
from potlearn.neural.samples import Samples
from potlearn.neural.settings import NeuralSettings
from potlearn.neural.split import validated_on
from potlearn.neural.training import Training, epochs_of, steps_of
from potlearn.neural.whitening import Whitening
from potlearn.potentials.linear import LinearPotential
from potlearn.potentials.neural import NeuralPotential, Scaling, fade_around
from potlearn.runtime import (
    SERIAL,
    Checkpoint,
    Keeper,
    Runtime,
    check_installed,
    content_key,
)

if TYPE_CHECKING:
    from potlearn.data import Dataset


def fit_neural(
    train: Dataset,
    start: LinearPotential | NeuralPotential,
    settings: NeuralSettings | None = None,
    *,
    validation: Dataset | None = None,
    fit: FitSettings | None = None,
    runtime: Runtime = SERIAL,
) -> NeuralResult:
    r"""Train networks on what a linear potential leaves.

    .. math:: \min_p \sum_c \Big( w^E_c (\Delta E_c / N_c)^2 + w^F_c \sum |\Delta F|^2
        + w^W_c \sum (\Delta W_c / N_c)^2 \Big)

    with the weights of the linear fit, those of energies times ``settings.energy``; outliers count
    linearly (:mod:`potlearn.neural.loss`).  The linear part stays as it is.  The result has the
    parameters of the epoch with the least loss on the validation set, and is the start itself where
    no epoch was better.  The same data, settings and machine give the same bits, also when training
    was interrupted and continued from its checkpoint.

    Parameters
    ----------
    train : Dataset
    start : LinearPotential or NeuralPotential
        A linear fit; or a neural potential, whose networks are trained further on these data.
    settings : NeuralSettings, optional
    validation : Dataset, optional
        Configurations that choose the epoch; by default a part of the training set is held out.  A
        linear fit of the whole training set has seen that part, so networks look a little worse
        beside it than they are.
    fit : FitSettings, optional
        Weights per quantity, group and configuration, and labels to leave out, of the training set.
    runtime : Runtime
        Threads of the descriptor (``workers``), progress, and the checkpoint, written after every
        epoch or as often as costs little.

    Raises
    ------
    FitError
        No labels with a weight, too few configurations for a validation set, a loss that is not
        finite, a start or checkpoint of another architecture.
    SpeciesError
        An element that the descriptor does not know.
    MissingExtraError
        JAX or optax is not installed.
    """
    settings, fit = settings or NeuralSettings(), fit or FitSettings()
    check_installed("jax", "optax", extra="neural", what=WHAT, instead="take kind: linear")
    work = Work(Beginning.of(start, settings), settings, fit, runtime)
    with one_blas_thread():
        return work.result(train, validation)


FEW = 20
"""Configurations of a validation set below which it is a weak judge."""


class Scaled(NamedTuple):
    """How networks see features: standardised, faded, and whitened while they are trained."""

    scaling: Scaling
    fade: Fade
    whitening: Whitening


class Work:
    """One call of :func:`fit_neural`."""

    def __init__(
        self, beginning: Beginning, settings: NeuralSettings, fit: FitSettings, runtime: Runtime
    ) -> None:
        self.beginning, self.settings, self.fit, self.runtime = beginning, settings, fit, runtime
        self.threads = runtime.workers if isinstance(runtime.workers, int) else 1
        self.budget = Budget(1e9 * settings.memory)
        self.free = beginning.free(settings)
        self.notes: list[str] = []
        self.timing: dict[str, float] = {}

    def result(self, train: Dataset, validation: Dataset | None) -> NeuralResult:
        """Everything, one after the other."""
        clock = perf_counter()
        samples, held = self.samples(train, validation)
        training = self.training(samples, held, self.scaled(samples, held))
        self.timing["features"] = perf_counter() - clock
        clock = perf_counter()
        self.run(training, self.checkpoint(train, validation))
        self.timing["training"] = perf_counter() - clock
        potential = self.potential(training)
        curve = training.state.curve
        return NeuralResult(potential, curve, self.settings, tuple(self.notes), self.timing)

    def samples(self, train: Dataset, validation: Dataset | None) -> tuple[Samples, Samples]:
        """What is trained on, and what validates."""
        energy = self.settings.energy
        own = _check_data(train, self.beginning.linear, "training")
        with self.runtime.reporting("residuals") as report:
            samples = Samples.of(
                train, self.beginning.linear, self.fit, self.inputs(own), energy, report
            )
        if validation is None:
            indices, note = validated_on(train, self.settings)
            self.notes.append(note)
            held = samples.among(indices.tolist())
            samples = samples.among(np.setdiff1d(np.arange(len(train)), indices).tolist())
        else:
            other = _check_data(validation, self.beginning.linear, "validation")
            plain = replace(self.fit, exclude=frozenset(), configuration_weights=None)
            held = Samples.of(other, self.beginning.linear, plain, self.inputs(other), energy)
        for name, found in (("training", samples), ("validation", held)):
            if not len(found):
                raise FitError(f"no labels in the {name} set that have a weight")
        if len(held) < FEW:
            self.notes.append(
                f"only {len(held)} configurations choose the epoch: networks that are better on "
                "these may be worse on others; judge by a test set"
            )
        return samples, held

    def scaled(self, samples: Samples, held: Samples) -> Scaled:
        """Standardise the features of both sets, and keep them if there is room."""
        found, dtype = measured(samples), self.settings.precision
        scaling = self.beginning.scaling(found.scaling)
        ridge = 0.0 if self.settings.frozen else self.settings.whiten
        flat = Flat.of(self.beginning.heads[0])
        reach = farthest(samples, scaling, dtype)
        farthest(held, scaling, dtype)
        self.notes.append(samples.inputs.note())
        return Scaled(
            scaling,
            fade_around(scaling, reach, self.beginning.fade),
            Whitening.of(flat, scaling, found.covariances, ridge),
        )

    def inputs(self, dataset: Dataset) -> Inputs:
        """Pairs and features, within the budget of all."""
        return Inputs(dataset, self.beginning.linear.descriptor, self.budget, self.threads)

    def training(self, samples: Samples, held: Samples, scaled: Scaled) -> Training:
        """The loop, before its first epoch."""
        settings, head = self.settings, self.beginning.heads[0]
        epochs = epochs_of(settings, samples)
        descriptor, measure = self.beginning.linear.descriptor, Measure.of(samples, settings.robust)
        halves = halves_of(head)
        shape = scaled.scaling, scaled.fade
        model = Model(descriptor, *shape, halves, settings.precision, measure, self.threads)
        plan = Plan(
            settings.rate,
            epochs,
            steps_of(settings, samples),
            settings.decay,
            halves.flat.where(is_weight),
            self.free,
            settings.clip,
            settings.average,
        )
        optimiser = OPTIMISERS.load(settings.optimiser)(plan)
        whitening, sets = scaled.whitening, (samples, held)
        vectors = self.beginning.trained(whitening)
        return Training(model, whitening, optimiser, *sets, settings, epochs, vectors)

    def run(self, training: Training, checkpoint: Checkpoint | None) -> None:
        """All epochs, from the checkpoint where there is one."""
        saved = None if checkpoint is None else checkpoint.load()
        if saved is not None:
            training.state = training.state.restored(saved)
        keeper = Keeper(checkpoint, lambda: training.state.to_dict())
        with self.runtime.reporting("training") as report, keeper.keeping():
            training.run(keeper.changed, report)

    def checkpoint(self, train: Dataset, validation: Dataset | None) -> Checkpoint | None:
        """The file from which training continues, and what it belongs to."""
        if self.runtime.checkpoint is None:
            return None
        given, settings = self.fit, asdict(self.settings)
        architecture = {k: settings.pop(k) for k in ("head", "hidden", "activation", "members")}
        architecture["hidden"] = self.beginning.heads[0].hidden
        settings.pop("memory")
        excluded = sorted(map(list, given.exclude))
        weights = [given.weights, excluded, _plain(given.configuration_weights)]
        content = {
            "data": train.content_key(),
            "validation data": "" if validation is None else validation.content_key(),
            "architecture": content_key(architecture),
            "start": content_key(self.beginning.start.to_dict()),
            "weights": content_key(weights),
            "settings": content_key(settings),
        }
        return Checkpoint(Path(self.runtime.checkpoint), content, "training", FitError)

    def potential(self, training: Training) -> NeuralPotential | LinearPotential:
        """The networks of the best epoch, or the start where none was better."""
        start, linear = self.beginning.start, self.beginning.linear
        best, done = training.state.curve.best, training.state.epoch
        if training.waited:
            self.notes.append(
                f"training ended after {done} of {training.epochs} epochs: "
                f"{self.settings.patience} epochs without a better validation"
            )
        if best == 0:
            what = "linear fit" if start is linear else "potential from which training started"
            self.notes.append(
                f"no epoch was better than the {what} on the validation set: the result is the "
                f"{what}"
            )
            return start
        self.notes.append(f"the networks are those of epoch {best} of {done}")
        return self.networks(training)

    def networks(self, training: Training) -> NeuralPotential:
        """The neural potential of the best epoch."""
        flat, linear = training.model.halves.flat, self.beginning.linear
        vectors = training.whitening.networks(training.state.best)
        heads = [
            head.with_parameters(flat.parameters(vector))
            for head, vector in zip(self.beginning.heads, vectors, strict=True)
        ]
        return NeuralPotential(
            descriptor=linear.descriptor,
            coefficients=linear.coefficients,
            scaling=training.model.scaling,
            heads=tuple(heads),
            fade=training.model.fade,
            reference=linear.reference,
            metadata=self.beginning.start.metadata,
        )


def _check_data(dataset: Dataset, linear: LinearPotential, name: str) -> Dataset:
    """The dataset, if it has configurations, of elements that the descriptor knows."""
    if not len(dataset):
        raise FitError(f"the {name} set is empty")
    return dataset.check_species(linear.descriptor.species)


def _plain(values: object) -> object:
    return None if values is None else np.asarray(values, float)
