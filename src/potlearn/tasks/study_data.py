"""Data, splits, sizes and fits of a study of selection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from potlearn.errors import ConfigError
from potlearn.tasks.data import read_labelled, regrouped
from potlearn.tasks.descriptor import make_descriptor
from potlearn.tasks.progress import Stages
from potlearn.tasks.reference import make_reference
from potlearn.tasks.settings.study import PoolConfig, PoolSplitConfig, StudyConfig
from potlearn.tasks.weights import make_weights

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.descriptors import Descriptor
    from potlearn.runtime import Runtime
    from potlearn.studies import Split, SubsetFits


@dataclass(frozen=True)
class StudyData:
    """Configurations of a study; with a given test set the first ``n_pool`` are the pool.

    Attributes
    ----------
    dataset : Dataset
        All configurations, those of a given test set last.
    n_pool : int or None
        None: every seed has a split of its own.
    split : PoolSplitConfig
    """

    dataset: Dataset
    n_pool: int | None
    split: PoolSplitConfig

    @classmethod
    def of(cls, config: PoolConfig) -> StudyData:
        """Read the configurations.

        Raises
        ------
        DataError
            A file cannot be read, or configurations have no key ``groups``.
        """
        pool = regrouped(read_labelled(config.files, config), config.groups)
        if config.test is None:
            return cls(pool, None, config.split)
        test = regrouped(read_labelled(config.test, config), config.groups)
        return cls(pool + test, len(pool), config.split)

    def splits(self, seeds: int) -> list[Split]:
        """Pool and test set of every seed; isolated atoms are in neither."""
        from potlearn.data import held_out
        from potlearn.studies import Split

        usable = np.flatnonzero(~self.dataset.isolated_mask())
        if self.n_pool is not None:
            return [Split(usable[usable < self.n_pool], usable[usable >= self.n_pool])] * seeds
        kind, part = self.split.kind, self.split.test
        seeded = (self.split.seed + seed for seed in range(seeds))
        tests = (held_out(self.dataset, kind, part, seed) for seed in seeded)
        return [Split(np.setdiff1d(usable, test), test) for test in tests]

    def inner(self, pool: NDArray[np.int64], part: float, seed: int) -> Split:
        """A pool split once more, within its groups: the rest, and a validation set."""
        from potlearn.data import held_out
        from potlearn.studies import Split

        held = pool[held_out(self.dataset.subset(pool), "stratified", part, seed)]
        return Split(np.setdiff1d(pool, held), held)


def prepare(
    config: StudyConfig, data: StudyData, runtime: Runtime, stages: Stages
) -> tuple[Descriptor, SubsetFits]:
    """Descriptor of the fits, and the fits of subsets; rows are made once."""
    from potlearn.fit import FitSettings, store_rows
    from potlearn.fit.beyond import shortest_distances
    from potlearn.studies import SubsetFits

    data.dataset.check_species(config.descriptor.species)
    descriptor = make_descriptor(config.descriptor, data.dataset)
    shortest = shortest_distances(data.dataset, descriptor.species)
    reference = make_reference(config.reference, shortest, descriptor.species)
    with stages("design rows") as report:
        store = store_rows(
            data.dataset,
            descriptor,
            config.output.folder / "rows",
            reference=reference,
            runtime=replace(runtime, progress=report),
        )
    settings = FitSettings(
        weights=make_weights(config.fit.weights),
        solver=config.fit.solver,
        ridge=config.fit.ridge,
        e0=config.fit.e0,
    )
    fits = SubsetFits.of(data.dataset, descriptor, store, settings)
    return descriptor, fits


def numbers_of(sizes: Sequence[float], n: int) -> list[int]:
    """Numbers of configurations; below 1: parts of ``n``.

    Raises
    ------
    ConfigError
        A number is 0, or above ``n``.
    """
    found = [round(size * n) if isinstance(size, float) else size for size in sizes]
    for size, number in zip(sizes, found, strict=True):
        if not 1 <= number <= n:
            raise ConfigError(f"size {size}: {number} of {n} configurations in the pool")
    return sorted(set(found))
