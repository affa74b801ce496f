r"""Force times that compare: relative to the reference kernel, timed right before and after.

.. math:: \rho = \operatorname{median}_k \frac{2 t_k}{t^\mathrm{before}_k + t^\mathrm{after}_k}

over rounds k.  Times are CPU times of the thread: unlike wall times they leave out when another
process had the core.  What they still contain (a shared cache, a lower frequency) falls on the
kernel as well.  On a machine with two busy cores times repeat to 2 to 20 %, ratios to 1 to 6 %.

Forces are of one thread, reference potentials included; neighbour lists are made before, and reach
to the cutoff: a simulation makes one for ten to a hundred evaluations.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from potlearn.compress.timing import taking_turns
from potlearn.potentials.base import Potential, for_systems
from potlearn.structure.neighbors import neighbors
from potlearn.structure.system import System
from potlearn.tune.speed.kernel import reference_kernel
from potlearn.typing import Array

if TYPE_CHECKING:
    from potlearn.potentials import LinearPotential
    from potlearn.typing import Atoms

ROUNDS = 15
HOME_ROUNDS = 200


class ForceTime(NamedTuple):
    """Time of energies and forces.

    Attributes
    ----------
    us_per_atom : float
        µs/atom on the home machine: the ratio times the reference kernel's time there.
    ratio : float
        In units of the reference kernel's time per atom.
    spread : float
        Half the interquartile range of the ratios of single rounds, relative to the ratio.
    """

    us_per_atom: float
    ratio: float
    spread: float


def measure(
    potential: Potential,
    examples: Sequence[Atoms],
    *,
    home: float | None = None,
    rounds: int = ROUNDS,
) -> ForceTime:
    """Force time of a potential; see :func:`measure_all`."""
    return measure_all([potential], examples, home=home, rounds=rounds)[0]


def measure_all(
    potentials: Sequence[Potential],
    examples: Sequence[Atoms],
    *,
    home: float | None = None,
    rounds: int = ROUNDS,
    limit: float = np.inf,
) -> list[ForceTime]:
    """Force times of potentials that take turns with each other.

    Parameters
    ----------
    potentials : sequence of Potential
    examples : sequence of Atoms
        Configurations such as those of :func:`~potlearn.compress.examples_of`.
    home : float, optional
        µs/atom of the reference kernel on the machine whose times are reported; by default this
        one, now.
    rounds : int
    limit : float
        Seconds of wall time after which no round begins, but for the first three.
    """
    return timed(jobs_of(potentials, examples), home=home, rounds=rounds, limit=limit)


class Job(NamedTuple):
    """What is timed, and for how many atoms."""

    call: Callable[[], object]
    atoms: int


def jobs_of(potentials: Sequence[Potential], examples: Sequence[Atoms]) -> list[Job]:
    """Energies and forces of each potential."""
    n = sum(len(atoms) for atoms in examples)
    return [Job(_call(potential, examples), n) for potential in potentials]


def timed(
    jobs: Sequence[Job], *, home: float | None, rounds: int, limit: float = np.inf
) -> list[ForceTime]:
    """Force times of jobs that take turns, the kernel between all of them."""
    kernel = reference_kernel()
    between: list[Callable[[], object]] = [kernel]
    for job in jobs:
        between += [job.call, kernel]
    seconds = taking_turns(between, rounds, limit)
    reference = seconds[:, ::2] / len(kernel.system)
    own = seconds[:, 1::2] / np.array([job.atoms for job in jobs])
    ratios = 2 * own / (reference[:, :-1] + reference[:, 1:])
    home = 1e6 * float(np.median(reference)) if home is None else home
    return [_force_time(column, home) for column in ratios.T]


def reference_cost(
    potential: LinearPotential, examples: Sequence[Atoms], *, home: float | None = None
) -> float:
    """What a reference potential (ZBL, a wall) adds to the force time, in µs/atom.

    It is the same under every descriptor of a study: measured once, it goes on top of what the cost
    model predicts.
    """
    bare = replace(potential, reference=None)
    whole, without = measure_all([potential, bare], examples, home=home)
    return max(0.0, whole.us_per_atom - without.us_per_atom)


def reference_time(rounds: int = HOME_ROUNDS) -> float:
    """µs/atom of the reference kernel on this machine: the least of many rounds.

    It is the unit of a whole study.  What else the machine does can only add to a round, so that
    the least time depends on it less than a median does.
    """
    kernel = reference_kernel()
    return 1e6 * float(taking_turns([kernel], rounds).min()) / len(kernel.system)


def _force_time(ratios: Array, home: float) -> ForceTime:
    low, ratio, high = np.quantile(ratios, [0.25, 0.5, 0.75]).tolist()
    return ForceTime(ratio * home, ratio, (high - low) / (2 * ratio))


def _call(potential: Potential, examples: Sequence[Atoms]) -> Callable[[], object]:
    """Energies and forces of all examples: side by side, if the potential takes them so."""
    if for_systems(potential):
        system = System.of(list(examples), potential.species, potential.cutoff)
        return partial(potential.of_system, system)
    lists = [(atoms, neighbors(atoms, potential.cutoff)) for atoms in examples]
    return lambda: [potential.predict(atoms, list_) for atoms, list_ in lists]
