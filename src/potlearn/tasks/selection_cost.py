"""What configurations cost: a power of the number of atoms, or a number that the files give."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from potlearn.errors import SelectionError
from potlearn.typing import Array

if TYPE_CHECKING:
    from potlearn.data import Dataset

# Of density functional theory with plane waves or orbitals.
DEFAULT = "natoms^3"
HIGHEST = 10.0
_POWER = re.compile(r"natoms(?:\s*(?:\^|\*\*)\s*(\d+(?:\.\d+)?))?")


def costs_of(dataset: Dataset, cost: str | None) -> Array:
    """Cost of each configuration, (n,).

    Parameters
    ----------
    dataset : Dataset
    cost : str, optional
        ``natoms^p`` (by default natoms^3), in units of the mean of all configurations; or an info
        key, in its own unit.

    Raises
    ------
    SelectionError
        A configuration does not have the key, or its value is not a positive number.
    """
    cost = DEFAULT if cost is None else cost
    power = _POWER.fullmatch(cost.strip())
    if power is None:
        return np.array([_given(dataset, i, cost) for i in range(len(dataset))])
    exponent = float(power[1] or 1)
    if exponent > HIGHEST:
        raise SelectionError(f"cost is {cost}; expected a power from 0 to {HIGHEST:g}")
    values = dataset.n_atoms.astype(float) ** exponent
    return np.asarray(values / values.mean())


def _given(dataset: Dataset, i: int, key: str) -> float:
    info = dataset[i].info
    if key not in info:
        raise SelectionError(
            f"{dataset.source(i)}: no info key {key!r}, which 'cost' names; expected natoms^3 (or "
            f"another power), or a key of every configuration; it has {', '.join(info) or 'none'}"
        )
    value = info[key]
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.number):
        raise SelectionError(f"{dataset.source(i)}: {key} is {value!r}; expected a number")
    if not 0 < float(value) < np.inf:
        raise SelectionError(f"{dataset.source(i)}: {key} is {value}; expected a positive cost")
    return float(value)
