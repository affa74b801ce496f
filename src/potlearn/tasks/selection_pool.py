"""What a selection chooses from: configurations with scaled features, without copies."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from potlearn.data.formats.urls import shown_address
from potlearn.errors import SelectionError, TooFewError
from potlearn.runtime import content_key
from potlearn.tasks.data import read_labelled
from potlearn.tasks.descriptor import completed, make_descriptor
from potlearn.tasks.progress import Stages
from potlearn.tasks.selection_copies import copies
from potlearn.tasks.settings.select import SelectConfig
from potlearn.typing import Array, Indices, Mask

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.descriptors import Descriptor
    from potlearn.runtime import Executor
    from potlearn.select.rows import Rows


@dataclass(frozen=True)
class Sources:
    """Configurations to choose from after known ones, and how they are described.

    Attributes
    ----------
    every : Dataset
        Known configurations, then the others.
    n_known : int
    descriptor : Descriptor
    """

    every: Dataset
    n_known: int
    descriptor: Descriptor

    @classmethod
    def of(cls, config: SelectConfig) -> Sources:
        """Read the files of a selection."""
        dataset = read_labelled(config.files, config)
        check_count(config, dataset)
        known = read_labelled(config.known, config) if config.known else None
        every = dataset if known is None else known + dataset
        section = completed(config.descriptor, every.species, "descriptor")
        return cls(every, len(known or ()), make_descriptor(section, every))

    @cached_property
    def dataset(self) -> Dataset:
        """Configurations to choose from."""
        return self.every[self.n_known :]

    @property
    def key(self) -> str:
        """Content key, of files and descriptor."""
        return content_key([self.descriptor.to_dict(), self.n_known, self.every.content_key()])


@dataclass(frozen=True)
class Pool:
    """Rows to choose from, configurations or atoms.

    Attributes
    ----------
    dataset : Dataset
        All configurations that are not known.
    descriptor : Descriptor
    X : (n, F)
        Scaled features of all rows.
    X_known : (m, F) or None
        Features of the known rows, on the same scale.
    owner : (n,)
        Configuration of every row.
    means : (n_configurations, F') or None
        Mean descriptors; None where rows are atoms.
    first : (n_configurations,)
        The first configuration that each one is a copy of, by its number, or its own number; -1 for
        a copy of a known one.
    distinct : bool
        Whether copies of configurations of the pool are left out.
    """

    dataset: Dataset
    descriptor: Descriptor
    X: Array
    X_known: Array | None
    owner: Indices
    means: Array | None
    first: Indices
    distinct: bool

    @cached_property
    def is_candidate(self) -> Mask:
        """Whether each configuration may be chosen, (n_configurations,)."""
        new = self.first >= 0
        return new & (self.first == np.arange(len(self.first))) if self.distinct else new

    @cached_property
    def candidates(self) -> Indices:
        """Rows that may be chosen."""
        return np.flatnonzero(self.is_candidate[self.owner])

    def rows(self, indices: Indices) -> Array | Rows:
        """Features of some rows, not read yet."""
        from potlearn.select.rows import as_rows

        return self.X if len(indices) == len(self.X) else as_rows(self.X).take(indices)

    def known_and(self, indices: Indices) -> Rows | Array | None:
        """Features of the known rows and of some others; None where there are none."""
        from potlearn.select.joined import Joined
        from potlearn.select.rows import as_rows

        if self.X_known is None or len(indices) == 0:
            return self.X[indices] if len(indices) else self.X_known
        return Joined(as_rows(self.X_known), as_rows(self.X[indices]))

    def copies_among(self, indices: Indices) -> int:
        """How many of some configurations are copies of another one of them."""
        means = self.means
        if means is None:  # the mean of scaled descriptors serves as well
            first = np.searchsorted(self.owner, [indices, indices + 1]).T.tolist()
            rows = [self.X[a:b].mean(axis=0) for a, b in first]
        else:
            rows = [*means[indices]]
        found = copies(self.dataset.subset(indices), np.array(rows), self.descriptor.cutoff)
        return int((found != np.arange(len(found))).sum())


def make_pool(
    config: SelectConfig, sources: Sources, executor: Executor, folder: Path, stages: Stages
) -> Pool:
    """Compute features, scale them, and find copies.

    Raises
    ------
    TooFewError
        Fewer configurations are distinct from each other and from the known ones than are wanted.
    """
    from potlearn.features import scaled

    raw, means, owner = _features(config, sources, executor, folder, stages)
    m, n_known = sources.n_known, int((owner < sources.n_known).sum())
    reference = raw[n_known:] if n_known else None
    X = scaled(raw, config.scaling, folder / "scaled.npy", reference)
    pool = Pool(
        sources.dataset,
        sources.descriptor,
        X[n_known:] if n_known else X,
        X[:n_known] if n_known else None,
        owner[n_known:] - m,
        None if means is None else means[m:],
        _first_copies(config, sources, means),
        config.distinct and not config.environments,
    )
    _check_candidates(config, pool)
    return pool


def check_count(config: SelectConfig, dataset: Dataset) -> None:
    """TooFewError where more is wanted than there is."""
    n = int(dataset.n_atoms.sum()) if config.environments else len(dataset)
    if config.count is not None and config.count < 1:
        raise SelectionError(
            f"count (-k) is {config.count}; expected a positive number of {config.noun}"
        )
    if config.number > n:
        names = ", ".join(map(shown_address, config.files))
        raise TooFewError(
            f"count (-k) is {config.number}, but {names} has only {n} {config.noun}", n
        )


def _check_candidates(config: SelectConfig, pool: Pool) -> None:
    n, all_rows = len(pool.candidates), len(pool.owner)
    if config.number > n or n == 0:
        known = " and not known already" if pool.X_known is not None else ""
        helps = pool.distinct and 0 < config.number <= int((pool.first >= 0).sum())
        hint = "; --no-distinct (distinct: false) keeps copies" if helps else ""
        raise TooFewError(
            f"count (-k) is {config.number}, but only {n} of {all_rows} {config.noun} are "
            f"distinct{known}{hint}"
            if config.number
            else f"none of {all_rows} {config.noun} is distinct{known}",
            n,
        )


def _features(
    config: SelectConfig, sources: Sources, executor: Executor, folder: Path, stages: Stages
) -> tuple[Array, Array | None, Indices]:
    """Features of every row, mean descriptors of configurations, and the configuration of rows."""
    from potlearn.features import configuration_features, environment_features, feature_names
    from potlearn.runtime import Runtime

    path, every, descriptor = folder / "features.npy", sources.every, sources.descriptor
    with stages("descriptors") as report:
        runtime = Runtime(executor, progress=report)
        if config.environments:
            atoms = environment_features(every, descriptor, path=path, runtime=runtime)
            return atoms.features, None, atoms.owner(np.arange(len(atoms.features)))
        order = config.features if "mean" in config.features else (*config.features, "mean")
        raw = configuration_features(every, descriptor, order, path=path, runtime=runtime)
    width = len(feature_names(descriptor, config.features))
    before = order[: order.index("mean")]
    start = len(feature_names(descriptor, before)) if before else 0
    means = raw[:, start : start + descriptor.n_features]
    return raw[:, :width] if width < raw.shape[1] else raw, means, np.arange(len(every))


def _first_copies(config: SelectConfig, sources: Sources, means: Array | None) -> Indices:
    """The first of each configuration's copies: see :class:`Pool`."""
    n, m = len(sources.every), sources.n_known
    own = np.arange(n - m)
    if means is None or not (config.distinct or m):
        return own
    found = copies(sources.every, means, sources.descriptor.cutoff)[m:] - m
    return np.where(found < 0, -1, found)
