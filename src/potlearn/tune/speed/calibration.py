"""Calibration of the cost model on this machine: a fixed set of descriptors, timed."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from potlearn.descriptors import ACE, POD
from potlearn.engine.engine import usual_set
from potlearn.potentials.linear import LinearPotential
from potlearn.tune.speed.kernel import shaken
from potlearn.tune.speed.measure import measure_all, reference_time
from potlearn.tune.speed.model import CostModel, counts_of, fitted
from potlearn.tune.speed.work import Neighborhood, lanes

if TYPE_CHECKING:
    from potlearn.descriptors import Descriptor

ROUNDS = 7
REACH = 7.0
"""Largest cutoff of the set, in Å."""
SPECIES = ("Si", "Ge", "C", "N")


def calibrate(rounds: int = ROUNDS) -> CostModel:
    """Time the set on this machine, and fit the weights; some ten seconds."""
    start = perf_counter()
    columns, ratios = [], []
    for n_species in (1, 2, 4):
        species = SPECIES[:n_species]
        atoms = crystal(n_species)
        near = Neighborhood.of([atoms], species, REACH)
        descriptors = list(calibration_set(n_species))
        times = measure_all([random_model(d) for d in descriptors], [atoms], rounds=rounds)
        columns += [counts_of(d, near, lanes()) for d in descriptors]
        ratios += [time.ratio for time in times]
    weights, errors = fitted(np.array(columns), np.array(ratios))
    low, high = np.quantile(np.abs(errors), [0.5, 0.9]).tolist()
    seconds = perf_counter() - start
    return CostModel(
        weights, reference_time(), usual_set(), lanes(), low, high, len(ratios), seconds
    )


def crystal(n_species: int) -> Any:
    """Shaken diamond of 216 atoms, the species in turn."""
    atoms: Any = shaken(3)
    atoms.symbols = [SPECIES[k % n_species] for k in range(len(atoms))]
    return atoms


def random_model(descriptor: Descriptor) -> LinearPotential:
    """A model with coefficients none of which is zero."""
    c = np.cos(np.arange(len(descriptor.species) * (1 + descriptor.n_features)))
    return LinearPotential(descriptor, c.reshape(len(descriptor.species), -1))


def calibration_set(n_species: int) -> Iterator[Descriptor]:
    """Descriptors of both families, from small to large, whole and pruned."""
    species = SPECIES[:n_species]
    for cutoff, degree in ACE_SETTINGS[n_species]:
        yield ACE(species, cutoff=cutoff, order=len(degree), degree=degree)
    ace = ACE(species, cutoff=5.0, order=4, degree=PRUNED[n_species])
    yield ace.prune(ace.feature_names[::3])
    for cutoff, scale in ((4.0, 0.5), (5.0, 1.0), (6.5, 0.75)):
        yield POD(species, cutoff=cutoff, **scaled_numbers(species, scale))
    pod = POD(species, cutoff=5.0)
    yield pod.prune(pod.feature_names[::5])


ACE_SETTINGS: dict[int, tuple[tuple[float, tuple[float, ...]], ...]] = {
    1: (
        (5.0, (8.0,)),
        (6.5, (14.0,)),
        (4.5, (10.0, 8.0)),
        (6.0, (16.0, 13.0)),
        (5.0, (10.0, 8.0, 7.0)),
        (4.0, (14.0, 12.0, 12.0)),
        (5.5, (14.0, 13.0, 12.0, 11.0)),
        (7.0, (10.0, 9.0, 8.0, 7.0)),
        (5.0, (12.0, 10.0, 9.0, 8.0, 7.0)),
    ),
    2: (
        (5.0, (8.0, 6.0)),
        (6.0, (10.0, 8.0, 6.0)),
        (4.5, (10.0, 7.5, 6.5, 6.0)),
    ),
    4: (
        (5.0, (6.0, 4.0)),
        (4.5, (8.0, 5.0, 4.0)),
    ),
}
PRUNED = {1: (12.0, 11.0, 10.0, 9.0), 2: (8.0, 7.0, 6.0, 5.0), 4: (5.0, 4.0, 3.0, 2.5)}


def scaled_numbers(species: tuple[str, ...], scale: float) -> dict[str, Any]:
    """Default numbers of POD times a factor, rounded down, and never rising with the body order."""
    whole = POD(species)
    names = [n for n in vars(whole) if n.endswith(("radial_basis_functions", "angular_degree"))]
    return {name: int(scale * getattr(whole, name)) for name in names}
