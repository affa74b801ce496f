"""The survival check: dimers, then hot runs as far as the time goes."""

from __future__ import annotations

from time import perf_counter, thread_time
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from potlearn.fit.beyond import Coverage
from potlearn.fit.beyond.coverage import table
from potlearn.potentials.base import Potential, for_systems
from potlearn.tune.survival.dimers import dimer_scans
from potlearn.tune.survival.dynamics import Limits, Run, hot_run
from potlearn.tune.survival.result import HotRun, Survival
from potlearn.tune.survival.settings import SurvivalSettings
from potlearn.tune.survival.starts import repeated, starts
from potlearn.tune.survival.temperatures import temperatures

if TYPE_CHECKING:
    from potlearn.data import Dataset


class _Plan(NamedTuple):
    """A run that is to be done."""

    start: int
    group: str
    atoms: Any
    temperature: float
    seed: tuple[int, ...]


def survival(
    potential: Potential,
    dataset: Dataset,
    settings: SurvivalSettings | None = None,
    *,
    coverage: Coverage | None = None,
) -> Survival:
    """Dimers of all pairs of elements, and short hot runs from configurations of the data.

    Errors on test data do not tell whether a simulation survives.  A run fails where atoms come
    closer than 0.6 of the shortest distance in the data, where the temperature runs away, or where
    energies or forces are no longer finite.  Results depend on the seed, not on the time; what the
    time did not allow is reported as such.

    Parameters
    ----------
    potential : Potential
        Dimers are scanned if it takes systems.
    dataset : Dataset
        Where runs start, and which distances are known.
    settings : SurvivalSettings, optional
    coverage : Coverage, optional
        Of the data, where it is known already.

    Raises
    ------
    SpeciesError
        An element of the data that the potential does not know.
    """
    begin, settings = perf_counter(), settings or SurvivalSettings()
    coverage = coverage or Coverage.of(dataset, potential.species)
    dimers = tuple(dimer_scans(potential, coverage)) if for_systems(potential) else ()
    limits = Limits(coverage.species, settings.closest * table(coverage.shortest, coverage.species))
    end = thread_time() + settings.seconds
    hot = []
    for plan in _plans(dataset, settings):
        run = Run(0.0, "not run", "the time was over")
        if thread_time() < end:
            rng = np.random.default_rng(plan.seed)
            run = hot_run(
                potential,
                plan.atoms.copy(),
                plan.temperature,
                limits,
                rng,
                settings.picoseconds,
                end,
            )
        hot.append(HotRun(plan.start, plan.group, len(plan.atoms), plan.temperature, *run))
    return Survival(dimers, tuple(hot), settings.picoseconds, perf_counter() - begin)


def _plans(dataset: Dataset, settings: SurvivalSettings) -> list[_Plan]:
    """Runs in the order in which they are done: the hottest of each start first."""
    plans = []
    for k, start in enumerate(starts(dataset, settings)):
        atoms = repeated(dataset[start], settings.atoms)
        group = dataset.groups[start]
        asked = settings.temperatures or temperatures(atoms)
        for rank, temperature in enumerate(sorted(asked, reverse=True)):
            plans.append((rank, _Plan(start, group, atoms, temperature, (settings.seed, k, rank))))
    return [plan for _, plan in sorted(plans, key=lambda item: item[0])]
