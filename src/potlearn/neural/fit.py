"""Training of a neural potential on top of a linear one."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from potlearn.errors import FitError
from potlearn.fit import FitSettings
from potlearn.neural.halves import jax_modules
from potlearn.neural.result import NeuralResult
from potlearn.neural.samples import Samples
from potlearn.neural.settings import NeuralSettings
from potlearn.neural.training import Training
from potlearn.potentials.linear import LinearPotential
from potlearn.potentials.neural import HEADS, Head, NeuralPotential, Scaling, fade_of
from potlearn.runtime import SERIAL, Runtime

if TYPE_CHECKING:
    from potlearn.data import Dataset


def fit_neural(
    train: Dataset,
    start: LinearPotential | NeuralPotential,
    settings: NeuralSettings | None = None,
    *,
    validation: Dataset,
    fit: FitSettings | None = None,
    runtime: Runtime = SERIAL,
) -> NeuralResult:
    """Train networks on what a linear potential leaves.

    Raises
    ------
    FitError
        No labels, a loss that is not finite.
    MissingExtraError
        JAX or optax is not installed.
    """
    settings, fit = settings or NeuralSettings(), fit or FitSettings()
    jax_modules()
    clock = perf_counter()
    linear = start if isinstance(start, LinearPotential) else start.linear
    with runtime.reporting("features") as report:
        samples = Samples.of(train, linear, fit, report)
        held = Samples.of(validation, linear, fit)
    for name, found in (("training", samples), ("validation", held)):
        if not len(found):
            raise FitError(f"no labels in the {name} set that have a weight")
    features, species = samples.features, samples.species
    descriptor = linear.descriptor
    scaling = Scaling.of(features, species, len(descriptor.species))
    heads = _heads(settings, len(descriptor.species), descriptor.n_features)
    training = Training(descriptor, scaling, heads, samples, held, settings)
    timing = {"features": perf_counter() - clock}
    clock = perf_counter()
    with runtime.reporting("training") as report:
        training.run(lambda: None, report)
    timing["training"] = perf_counter() - clock
    state = training.state
    heads = [
        heads[k].with_parameters({name: a[k] for name, a in state.best.items()})
        for k in range(settings.members)
    ]
    potential = NeuralPotential(
        descriptor,
        linear.coefficients,
        scaling,
        tuple(heads),
        fade_of(scaling, features, species),
        linear.reference,
    )
    return NeuralResult(potential, state.curve, settings, (), timing)


def _heads(settings: NeuralSettings, n_species: int, n_features: int) -> list[Head]:
    kind = HEADS.load(settings.head)
    rngs = [np.random.default_rng([settings.seed, k]) for k in range(settings.members)]
    return [
        kind.initial(n_species, n_features, settings.hidden, rng, settings.activation)
        for rng in rngs
    ]
