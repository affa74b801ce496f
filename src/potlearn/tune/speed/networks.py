r"""What networks add to the force time: counted layers, weighted.

.. math:: \rho_\mathrm{networks} = \frac{N_\mathrm{blocks}}{N} (w_1 n_\mathrm{products}
    + w_2 n_\mathrm{units} + w_3 n_\mathrm{features})

with the multiply-adds of all layers of all members, hidden units (whose activations are computed),
and the features of an atom, which a linear model folds into its program and networks need one by
one.  The weights have least errors, relative to whole force times, on a fixed set of networks, each
timed beside the linear model of the same functions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from potlearn.descriptors import ACE, POD
from potlearn.engine.network import Branch, Fade, Network
from potlearn.structure.system import System
from potlearn.tune.speed.calibration import LIMIT, ROUNDS, disordered, random_model
from potlearn.tune.speed.calibration_set import REACH, SPECIES
from potlearn.tune.speed.counted import CountedCost
from potlearn.tune.speed.kernel import waves
from potlearn.tune.speed.measure import Job, jobs_of, timed
from potlearn.tune.speed.work import Neighborhood, lanes
from potlearn.typing import Array

COUNTS = ("products", "units", "features")
CUTOFF = 5.0
DEGREES = ((8.0, 5.0), (10.0, 8.0, 7.0), (12.0, 11.0, 10.0, 9.0))
"""Of ACE: some twenty to some three hundred functions; POD has some six hundred."""
LAYERS = (((16,), 1), ((32, 32), 1), ((32, 32), 4), ((64, 64), 1), ((64, 64), 4), ((128,), 2))
"""Hidden layers and members of the networks."""


@dataclass(frozen=True, eq=False)
class NetworkCost(CountedCost):
    """Time that networks add to that of a linear model of the same functions.

    Attributes
    ----------
    weights : (K,)
        Of :data:`COUNTS`, at least zero, in units of the reference kernel's time per atom.
    home : float
        µs/atom of the reference kernel on the machine of the study.
    lanes : int
        Atoms that the engine of that machine handles at once.
    error_median : float
        Median of the errors of force times of the set, as parts of them.
    """

    what = "cost of networks"
    names = COUNTS

    lanes: int
    error_median: float

    def predict(self, network: Network, species: Sequence[str], near: Neighborhood) -> float:
        """What the branches of a network add, µs/atom."""
        return self.home * float(self.weights @ _counts(network, species, near, self.lanes))


def calibrate_networks(home: float, rounds: int = ROUNDS, limit: float = LIMIT) -> NetworkCost:
    """Time the set on this machine, and fit the weights.

    Parameters
    ----------
    home : float
        µs/atom of the reference kernel on the machine of the study.
    rounds : int
        Of timing; their medians count.
    limit : float
        Seconds of timing after which there are fewer rounds.
    """
    from scipy.optimize import nnls

    species, atoms = SPECIES[:1], disordered(1)
    near = Neighborhood.of([atoms], species, REACH)
    columns: list[Array] = []
    jobs: list[Job] = []
    linear: list[int] = []  # place of the linear model beside each network
    for descriptor in _descriptors(species):
        first = len(jobs)
        jobs += jobs_of([random_model(descriptor)], [atoms])
        for network in _networks(descriptor):
            jobs.append(_job(descriptor, network, atoms))
            columns.append(_counts(network, species, near, lanes()))
            linear.append(first)
    ratios = np.array([time.ratio for time in timed(jobs, home=home, rounds=rounds, limit=limit)])
    whole = np.delete(ratios, sorted(set(linear)))
    shares, added = np.array(columns) / whole[:, None], 1 - ratios[linear] / whole
    weights, _ = nnls(shares, added)
    error = float(np.median(np.abs(shares @ weights - added)))
    return NetworkCost(weights, home, lanes(), error)


def _descriptors(species: tuple[str, ...]) -> Iterator[ACE | POD]:
    for degree in DEGREES:
        yield ACE(species, cutoff=CUTOFF, order=len(degree), degree=degree)
    yield POD(species, cutoff=CUTOFF)


def _networks(descriptor: ACE | POD) -> Iterator[Network]:
    """Networks of a descriptor's functions, whose atoms are all within the data of the fade."""
    m = descriptor.n_features
    linear = random_model(descriptor).coefficients
    nothing, far = np.zeros((1, m)), np.array([1e12])
    fade = Fade(nothing, nothing + 1, far, 4 * far)
    for hidden, members in LAYERS:
        sizes = [m, *hidden, 1]
        weights = tuple(waves(a * b).reshape(1, b, a) / a for a, b in pairwise(sizes))
        biases = tuple(np.zeros((1, n)) for n in hidden)
        yield Network(linear, (Branch(weights, biases, "silu"),) * members, fade)


def _job(descriptor: ACE | POD, network: Network, atoms: Any) -> Job:
    system = System.of([atoms], descriptor.species, descriptor.cutoff)
    return Job(partial(descriptor.embed(network), system), len(atoms))


def _counts(network: Network, species: Sequence[str], near: Neighborhood, width: int) -> Array:
    """What the branches of a network compute, per atom, in the order of :data:`COUNTS`."""
    blocks, *_ = near.counts(np.zeros((len(species),) * 2), species, width)
    layers = [weight.shape[1:] for branch in network.branches for weight in branch.weights]
    products = sum(a * b for a, b in layers)
    units = sum(out for out, _ in layers) - len(network.branches)
    return blocks * np.array([products, units, network.n_features], float)
