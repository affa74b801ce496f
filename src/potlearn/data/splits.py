"""Splits of a dataset: random, stratified, grouped, folds.  The same seed gives the same split.

Copies of one geometry stay together: the error of a test configuration that is also in the training
set says nothing about new configurations.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from potlearn.data.copies import copies, members_of
from potlearn.data.dataset import Dataset
from potlearn.data.labels.values import numbers
from potlearn.errors import DataError
from potlearn.typing import Array, Indices

Seed = int | np.random.Generator
_NONE: Indices = np.zeros(0, np.int64)


def random_split(
    dataset: Dataset, test: float | int = 0.1, seed: Seed = 0
) -> tuple[Dataset, Dataset]:
    """Train and test sets, drawn uniformly; copies of one geometry stay together.

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

    The number drawn is rounded to the nearest; a group of one stays in the train set.  Copies of
    one geometry stay together, and in the train set where they exceed the share of their group.
    """
    return _divide(dataset, _stratified(dataset, test, seed, groups))


def grouped_split(
    dataset: Dataset, test: float = 0.1, seed: Seed = 0, groups: Sequence[str] | None = None
) -> tuple[Dataset, Dataset]:
    """Train and test sets that share no group: whole groups are drawn.

    Groups are taken in random order while they bring the test set closer to ``test``.  ``groups``
    names the group of each configuration; by default ``config_type`` (see :func:`info_groups`).
    A configuration of a test group with a copy in another group goes to the train set.
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

    Isolated atoms are in no fold: they belong to every train set.  Copies of one geometry are in
    the same fold.

    Raises
    ------
    DataError
        Fewer geometries than folds.
    """
    rng = np.random.default_rng(seed)
    members = _members(dataset, groups)
    label = copies(dataset)
    n = len(np.unique(label[np.concatenate([_NONE, *members])]))
    if not 2 <= k <= n:
        raise DataError(
            f"cannot make {k} folds of {n} different configurations; expected 2 to {n} folds"
        )
    order = np.concatenate([rng.permutation(part) for part in members])
    _, first, kind = np.unique(label[order], return_index=True, return_inverse=True)
    place = np.argsort(np.argsort(first))[kind]
    return [np.sort(order[place % k == fold]) for fold in range(k)]


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
    candidates = np.flatnonzero(~dataset.isolated_mask())
    count = _count(len(candidates), test)
    drawn = _whole(rng.permutation(candidates), [candidates], [count], copies(dataset))
    if not len(drawn):
        raise DataError(
            f"{test} of {len(candidates)} configurations is {count}, and every set of copies of "
            "one geometry is larger; copies stay together"
        )
    return drawn


def _stratified(dataset: Dataset, test: float, seed: Seed, groups: Sequence[str] | None) -> Indices:
    rng = np.random.default_rng(seed)
    _check_fraction(test)
    members = _members(dataset, groups)
    order = [rng.permutation(part) for part in members]
    counts = [min(round(test * len(part)), len(part) - 1) for part in members]
    return _whole(np.concatenate([_NONE, *order]), members, counts, copies(dataset))


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
    found = np.concatenate(drawn)
    label = copies(dataset)
    new = found[~np.isin(label[found], label[np.setdiff1d(np.concatenate(members), found)])]
    if not len(new):
        raise DataError(
            "grouped split: every configuration of the test groups has a copy in another group"
        )
    return new


def _whole(order: Indices, parts: list[Indices], counts: list[int], label: Indices) -> Indices:
    """The first of ``order``, ``counts`` of each part, such that copies are drawn together.

    A set of copies that would exceed the count of a part is passed over.
    """
    part = np.full(len(label), -1)
    for p, members in enumerate(parts):
        part[members] = p
    left, drawn = np.array(counts), np.zeros(len(label), bool)
    sets = members_of(label)
    for i in order.tolist():
        members = sets[label[i]]
        members = members[part[members] >= 0]
        wanted = np.bincount(part[members], minlength=len(left))
        if not drawn[i] and (wanted <= left).all():
            left -= wanted
            drawn[members] = True
    return order[drawn[order]]


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


def _count(n: int, test: float | int) -> int:
    """Number of ``n`` candidates to draw."""
    if not n:
        raise DataError("there is nothing to split: no configurations but isolated atoms")
    if n == 1:
        raise DataError(
            "one configuration cannot be split; name files of their own (data.train, data.test, "
            "data.validation)"
        )
    count = round(test * n) if isinstance(test, float) else test
    if not 0 < count < n:
        raise DataError(
            f"{test} of {n} configurations is {count}; expected 1 to {n - 1} held out, such as "
            f"{max(1, n // 10) / n:.2g} of them"
        )
    return count


def _divide(dataset: Dataset, drawn: Indices) -> tuple[Dataset, Dataset]:
    """Train and test sets in the dataset's order."""
    mask = np.zeros(len(dataset), bool)
    mask[drawn] = True
    return dataset.subset(~mask), dataset.subset(mask)
