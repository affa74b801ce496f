"""How long the forces of potentials take, measured side by side on one thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from time import perf_counter, thread_time
from typing import TYPE_CHECKING

import numpy as np

from potlearn.potentials.base import for_systems
from potlearn.structure.system import System
from potlearn.typing import Array

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.potentials import LinearPotential
    from potlearn.typing import Atoms

ATOMS = 500
"""Atoms of the configurations on which times are measured, about."""
ROUNDS = 15
FEWEST = 3
"""Rounds that are timed however long they take."""


def examples_of(dataset: Dataset, atoms: int = ATOMS) -> list[Atoms]:
    """Some configurations of a dataset, spread evenly over it; isolated atoms left out."""
    usable = np.flatnonzero(~dataset.isolated_mask())
    if not len(usable):
        usable = np.arange(len(dataset))
    mean = float(np.mean(dataset.n_atoms[usable]))
    count = int(np.clip(round(atoms / mean), 1, len(usable)))
    chosen = usable[np.linspace(0, len(usable) - 1, count).round().astype(int)]
    return [dataset[int(k)] for k in chosen]


def force_times(
    potentials: Sequence[LinearPotential], examples: Sequence[Atoms], rounds: int = ROUNDS
) -> list[float]:
    """Median CPU time of energies and forces of every potential, in µs/atom, on one thread.

    They take turns, so that what else the machine does falls on all of them.  The pair potentials
    under them take part; neighbour lists do not.
    """
    system = System.of(examples, potentials[0].species, max(p.cutoff for p in potentials))
    calls = [partial(_call(potential), system) for potential in potentials]
    found: list[float] = (
        1e6 * np.median(taking_turns(calls, rounds), axis=0) / len(system)
    ).tolist()
    return found


def taking_turns(
    calls: Sequence[Callable[[], object]], rounds: int, limit: float = np.inf
) -> Array:
    """CPU seconds of this thread in every call, (rounds, calls).

    A call is timed right after the same call: its tables are in the caches, as in a simulation.
    After ``limit`` seconds of wall time no round begins, but for the first :data:`FEWEST`.
    """
    end, seconds = perf_counter() + limit, np.zeros((rounds, len(calls)))
    for k in range(rounds):
        if k >= FEWEST and perf_counter() > end:
            return seconds[:k]
        for c, call in enumerate(calls):
            call()
            start = thread_time()
            call()
            seconds[k, c] = thread_time() - start
    return seconds


def _call(potential: LinearPotential) -> Callable[[System], object]:
    """What is timed: the many-body part alone where the reference takes no systems."""
    return potential.of_system if for_systems(potential) else potential.evaluator
