"""Notes of a fit on configurations that occur more than once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from potlearn.data import Dataset

_NAMES = {"train": "training", "test": "test", "validation": "validation"}


def copies_notes(datasets: Mapping[str, Dataset]) -> list[str]:
    """Copies within the training set, and of training configurations in the other sets.

    Copies have one geometry, exactly or up to translation, rotation and order of atoms; isolated
    atoms are not counted.
    """
    from potlearn.data.copies import copies

    names = list(datasets)
    joined = datasets[names[0]]
    for name in names[1:]:
        joined = joined + datasets[name]
    ends = np.cumsum([len(datasets[name]) for name in names])
    label = np.where(joined.isolated_mask(), -1, copies(joined))
    parts = dict(zip(names, np.split(label, ends[:-1]), strict=True))
    counted = {name: part[part >= 0] for name, part in parts.items()}
    train = counted.pop("train")
    notes = [_repeated(len(train), len(train) - len(np.unique(train)))]
    notes += [
        _shared(name, part.size, int(np.isin(part, train).sum())) for name, part in counted.items()
    ]
    return [note for note in notes if note]


def _repeated(total: int, repeated: int) -> str:
    """Copies within the training set."""
    if not repeated:
        return ""
    return (
        f"{repeated} of {total} training configurations repeat another one (the same geometry); "
        "each counts in the fit"
    )


def _shared(name: str, total: int, shared: int) -> str:
    """Copies of training configurations in another set."""
    if not shared:
        return ""
    kind = _NAMES.get(name, name)
    return (
        f"{shared} of {total} {kind} configurations are also in the training set (the same "
        f"geometry); the {kind} errors are too good"
    )
