"""A part of the training set, chosen as ``potlearn select`` does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from potlearn.errors import SelectionError
from potlearn.tasks.descriptor import completed, make_descriptor
from potlearn.typing import Indices

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.tasks.settings.data import TrainingChoice


def chosen(train: Dataset, config: TrainingChoice) -> tuple[Dataset, str]:
    """The chosen configurations in the order of the data, all isolated atoms, and a note.

    Raises
    ------
    SelectionError
        More configurations are asked for than there are, or the selector cannot select so many.
    """
    isolated = train.isolated_mask()
    pool = np.flatnonzero(~isolated)
    size = config.size if config.size >= 1 else max(1, round(config.size * len(pool)))
    if size > len(pool):
        raise SelectionError(
            f"data.select: {int(size)} configurations are asked for, and the training set has "
            f"{len(pool)}"
        )
    found = _choose(train, pool, int(size), config)
    kept = np.sort(np.concatenate([np.flatnonzero(isolated), pool[found]]))
    note = f"{int(size)} of {len(pool)} training configurations are chosen by {config.method}"
    return train.subset(kept), note


def _choose(train: Dataset, pool: Indices, size: int, config: TrainingChoice) -> Indices:
    """Positions in the pool."""
    from potlearn.features import configuration_features
    from potlearn.studies import Method

    method = Method("", config.method, config.parameters, config.features, config.scaling)
    descriptor = make_descriptor(completed({}, train.species), train)
    candidates = train.subset(pool)
    X = configuration_features(candidates, descriptor, method.features)
    groups = np.array(candidates.groups, dtype=str)
    found: Indices = method.choose(np.asarray(X), groups, size, config.seed).indices
    return found
