"""Quotas: at least so many rows of each named group, or with a named element."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from potlearn.errors import SelectionError, TooFewError
from potlearn.typing import Indices, Mask

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.select import Selection

Choose = Callable[[Indices, int, Indices], "Selection"]
"""Choose a number of rows among some, after others: (rows, number, chosen before)."""


def members(dataset: Dataset, owner: Indices, name: str, environments: bool) -> Mask:
    """Rows of a group, or, where no group is so called, with an element.

    With ``environments`` rows are atoms: those of the element.

    Raises
    ------
    SelectionError
        There is neither.
    """
    from ase.data import atomic_numbers

    groups = dataset.by_group()
    if name in groups:
        return np.isin(owner, groups[name])
    if name not in dataset.species:
        raise SelectionError(
            f"quotas: {name!r} is neither a group ({', '.join(groups)}) nor an element "
            f"({', '.join(dataset.species)})"
        )
    if environments:
        numbers = np.concatenate([atoms.numbers for atoms in dataset])
        return np.asarray(numbers == atomic_numbers[name])
    has = np.array([name in dataset.composition(i) for i in range(len(dataset))])
    return np.asarray(has[owner])


def choose_by_quotas(
    quotas: Mapping[str, int],
    members_of: Callable[[str], Mask],
    candidates: Indices,
    count: int,
    choose: Choose,
) -> Selection:
    """Fill the quotas one after the other, then choose the rest from all.

    Rows that were chosen for another quota count, where they are members of both.

    Raises
    ------
    TooFewError
        There are fewer candidates than a quota asks for, or quotas ask for more than ``count``.
    """
    from potlearn.select import Selection

    found = Selection.of([], [])
    for name, quota in [*quotas.items(), (None, count)]:
        inside = candidates if name is None else candidates[members_of(name)[candidates]]
        missing = quota - int(np.isin(found.indices, inside).sum())
        free = np.setdiff1d(inside, found.indices)
        if name is not None and missing > len(free):
            available = quota - missing + len(free)
            raise TooFewError(
                f"quotas: {name} is {quota}, but there are only {available} candidates", available
            )
        if missing > 0:
            more = choose(free, missing, found.indices)
            found = Selection.of(
                np.append(found.indices, more.indices), np.append(found.scores, more.scores)
            )
    return found
