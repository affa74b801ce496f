"""Calibration of the cost model on this machine: a fixed set of descriptors, timed."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from potlearn.engine.engine import usual_set
from potlearn.potentials.linear import LinearPotential
from potlearn.tune.speed.calibration_set import REACH, SIZES, SPECIES, calibration_set
from potlearn.tune.speed.kernel import shaken, waves
from potlearn.tune.speed.measure import Job, jobs_of, reference_time, timed
from potlearn.tune.speed.model import CostModel, counts_of, fitted
from potlearn.tune.speed.work import Neighborhood, lanes
from potlearn.typing import Array

if TYPE_CHECKING:
    from potlearn.descriptors import Descriptor

ROUNDS, LIMIT = 11, 10.0
SHAKE = 0.6
"""Largest displacement along an axis, in Å."""


def calibrate(rounds: int = ROUNDS, limit: float = LIMIT) -> CostModel:
    """Time the set on this machine, and fit the weights: six seconds on an idle one.

    Parameters
    ----------
    rounds : int
        Of timing; their medians count.
    limit : float
        Seconds of timing after which there are fewer rounds.
    """
    start = perf_counter()
    columns: list[Array] = []
    jobs: list[Job] = []
    for n_species in SIZES:
        species = SPECIES[:n_species]
        atoms = disordered(n_species)
        near = Neighborhood.of([atoms], species, REACH)
        descriptors = list(calibration_set(n_species))
        columns += [counts_of(d, near, lanes()) for d in descriptors]
        jobs += jobs_of([random_model(d) for d in descriptors], [atoms])
    times = timed(jobs, home=None, rounds=rounds, limit=limit)
    ratios = [time.ratio for time in times]
    weights, errors = fitted(np.array(columns), np.array(ratios))
    low, high = np.quantile(np.abs(errors), [0.5, 0.9]).tolist()
    seconds = perf_counter() - start
    return CostModel(
        weights, reference_time(), usual_set(), lanes(), low, high, len(ratios), seconds
    )


def disordered(n_species: int) -> Any:
    """216 atoms far from the places of a crystal, of species without a pattern.

    In a crystal distances repeat and species alternate: caches and branch predictions then serve
    better than in most data.
    """
    atoms: Any = shaken(3, SHAKE)
    order = np.argsort(waves(len(atoms)))
    atoms.symbols = [SPECIES[k % n_species] for k in order]
    return atoms


def random_model(descriptor: Descriptor) -> LinearPotential:
    """A model with coefficients none of which is zero."""
    c = np.cos(np.arange(len(descriptor.species) * (1 + descriptor.n_features)))
    return LinearPotential(descriptor, c.reshape(len(descriptor.species), -1))
