"""Splits of a dataset: random, stratified, grouped, folds.  The same seed gives the same split."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from potlearn.data.dataset import Dataset
from potlearn.data.labels.values import numbers
from potlearn.errors import DataError
from potlearn.typing import Array, Indices

Seed = int | np.random.Generator


def random_split(
    dataset: Dataset, test: float | int = 0.1, seed: Seed = 0
) -> tuple[Dataset, Dataset]:
    """Train and test sets, drawn uniformly.

    Parameters
    ----------
    dataset : Dataset
        What to split; isolated atoms always stay in the train set.
    test : float or int
        Fraction (below 1) or number of configurations in the test set.
    seed : int or numpy.random.Generator
        Fixes the draw.

    Raises
    ------
    DataError
        The fraction or number leaves one of the sets empty.
    """
    return _divide(dataset, _random(dataset, test, seed, None))


def stratified_split(
    dataset: Dataset, test: float = 0.1, seed: Seed = 0, groups: Sequence[str] | None = None
) -> tuple[Dataset, Dataset]:
    """Train and test sets with the fraction ``test`` of every group, drawn within it.

    The number drawn is rounded to the nearest; a group of one stays in the train set.
    """
    return _divide(dataset, _stratified(dataset, test, seed, groups))


def grouped_split(
    dataset: Dataset, test: float = 0.1, seed: Seed = 0, groups: Sequence[str] | None = None
) -> tuple[Dataset, Dataset]:
    """Train and test sets that share no group: whole groups are drawn.

    Groups are taken in random order while they bring the test set closer to ``test``.  ``groups``
    names the group of each configuration; by default ``config_type`` (see :func:`info_groups`).
    """
    return _divide(dataset, _grouped(dataset, test, seed, groups))


def held_out(
    dataset: Dataset, kind: str, test: float, seed: Seed = 0, groups: Sequence[str] | None = None
) -> Indices:
    """Indices, ascending, that a split ``"random"``, ``"stratified"`` or ``"grouped"`` tests on.

    Raises
    ------
    DataError
        As the split does, or an unknown kind.
    """
    if kind not in _KINDS:
        raise DataError(f"unknown split {kind!r}; expected one of {', '.join(_KINDS)}")
    return np.sort(_KINDS[kind](dataset, test, seed, groups))


def k_folds(
    dataset: Dataset, k: int = 5, seed: Seed = 0, groups: Sequence[str] | None = None
) -> list[Indices]:
    """Indices of ``k`` disjoint folds, sorted, each with its share of every group.

    Isolated atoms are in no fold: they belong to every train set.

    Raises
    ------
    DataError
        Fewer configurations than folds.
    """
    rng = np.random.default_rng(seed)
    members = _members(dataset, groups)
    n = sum(len(part) for part in members)
    if not 2 <= k <= n:
        raise DataError(f"cannot make {k} folds of {n} configurations; expected 2 to {n} folds")
    order = np.concatenate([rng.permutation(part) for part in members])
    return [np.sort(order[fold::k]) for fold in range(k)]


def info_groups(dataset: Dataset, key: str) -> list[str]:
    """Value of an ``info`` key of each configuration, to group by it.

    Raises
    ------
    DataError
        Naming the first configuration without the key.
    """
    groups = []
    for i, atoms in enumerate(dataset):
        if key not in atoms.info:
            raise DataError(f"{dataset.source(i)}: no key {key!r} to group by")
        groups.append(str(atoms.info[key]))
    return groups


def info_numbers(dataset: Dataset, key: str) -> Array:
    """Finite number under an ``info`` key of each configuration, (n,); NaN where there is none."""
    found = (numbers(atoms.info.get(key)) for atoms in dataset)
    values = np.array([np.nan if x is None or x.size != 1 else float(x.item()) for x in found])
    return np.where(np.isfinite(values), values, np.nan)


def _random(
    dataset: Dataset, test: float | int, seed: Seed, groups: Sequence[str] | None
) -> Indices:
    rng = np.random.default_rng(seed)
    return _draw(np.flatnonzero(~dataset.isolated_mask()), test, rng)


def _stratified(dataset: Dataset, test: float, seed: Seed, groups: Sequence[str] | None) -> Indices:
    rng = np.random.default_rng(seed)
    _check_fraction(test)
    parts = [
        rng.permutation(members)[: min(round(test * len(members)), len(members) - 1)]
        for members in _members(dataset, groups)
    ]
    return np.concatenate([np.zeros(0, np.int64), *parts])


def _grouped(dataset: Dataset, test: float, seed: Seed, groups: Sequence[str] | None) -> Indices:
    rng = np.random.default_rng(seed)
    _check_fraction(test)
    members = _members(dataset, groups)
    if len(members) < 2:
        raise DataError(f"a grouped split needs two groups or more, got {len(members)}")
    goal = test * sum(len(part) for part in members)
    drawn: list[Indices] = []
    taken = 0
    for g in rng.permutation(len(members)):
        closer = abs(taken + len(members[g]) - goal) < abs(taken - goal)
        if (closer or not drawn) and len(drawn) < len(members) - 1:
            drawn.append(members[g])
            taken += len(members[g])
    return np.concatenate(drawn)


_KINDS: dict[str, Callable[..., Indices]] = {
    "random": _random,
    "stratified": _stratified,
    "grouped": _grouped,
}


def _members(dataset: Dataset, groups: Sequence[str] | None) -> list[Indices]:
    """Indices of each group without isolated atoms, in order of appearance."""
    names = dataset.groups if groups is None else list(groups)
    if len(names) != len(dataset):
        raise DataError(f"{len(names)} group names for {len(dataset)} configurations")
    members: dict[str, list[int]] = {}
    for i in np.flatnonzero(~dataset.isolated_mask()).tolist():
        members.setdefault(names[i], []).append(i)
    return [np.array(part, np.int64) for part in members.values()]


def _check_fraction(test: float) -> None:
    if not 0 < test < 1:
        raise DataError(f"test is {test}; expected a fraction between 0 and 1")


def _draw(candidates: Indices, test: float | int, rng: np.random.Generator) -> Indices:
    """A number or fraction of the candidates."""
    count = round(test * len(candidates)) if isinstance(test, float) else test
    if not 0 < count < len(candidates):
        raise DataError(
            f"test={test} puts {count} of {len(candidates)} configurations into the test set; "
            f"expected 1 to {max(len(candidates) - 1, 1)}"
        )
    return rng.permutation(candidates)[:count]


def _divide(dataset: Dataset, drawn: Indices) -> tuple[Dataset, Dataset]:
    """Train and test sets in the dataset's order."""
    mask = np.zeros(len(dataset), bool)
    mask[drawn] = True
    return dataset.subset(~mask), dataset.subset(mask)
