"""Configurations chosen by values of their info, such as a charge of zero."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, TypeAlias

import numpy as np

from potlearn.data.labels.values import numbers
from potlearn.errors import DataError
from potlearn.typing import Atoms, Mask

Value: TypeAlias = bool | int | float | str
Conditions: TypeAlias = Mapping[str, Value | Sequence[Value]]
"""Wanted values by info key; a sequence means any of its values."""
_SHOWN = 8


def value_of(atoms: Atoms, key: str) -> Any:
    """A value of a configuration: of its info, or of its calculator; None where there is none."""
    if key in atoms.info:
        return atoms.info[key]
    return None if atoms.calc is None else atoms.calc.results.get(key)


def chosen(dataset: Sequence[Atoms], conditions: Conditions) -> Mask:
    """Which configurations have all the wanted values; one without the key has none of them.

    Raises
    ------
    DataError
        No configuration has a key, or none has the wanted values.
    """
    seen: dict[str, Counter[str]] = {key: Counter() for key in conditions}
    known: set[str] = set()
    mask = np.ones(len(dataset), bool)
    for i, atoms in enumerate(dataset):
        known.update(atoms.info)
        for key, wanted in conditions.items():
            value = value_of(atoms, key)
            mask[i] &= value is not None and _is_one_of(value, wanted)
            if value is not None:
                seen[key][str(value)[:20]] += 1
    for key, values in seen.items():
        if not values:
            near = get_close_matches(key, known, n=1)
            hint = f"; did you mean {near[0]!r}" if near else ""
            raise DataError(f"where: no configuration has the key {key!r}{hint}")
    if not mask.any():
        wanted_text = ", ".join(f"{key}: {wanted}" for key, wanted in conditions.items())
        raise DataError(
            f"where: none of {len(dataset)} configurations has {wanted_text}; "
            + "; ".join(f"{key} is {_counts(values)}" for key, values in seen.items())
        )
    return mask


def _counts(values: Counter[str]) -> str:
    """The most frequent values, with their numbers."""
    text = ", ".join(f"{value} ({n})" for value, n in values.most_common(_SHOWN))
    return text if len(values) <= _SHOWN else f"{text}, and {len(values) - _SHOWN} more"


def _is_one_of(value: Any, wanted: Value | Sequence[Value]) -> bool:
    options = [wanted] if isinstance(wanted, bool | int | float | str) else wanted
    return any(_equal(value, option) for option in options)


def _equal(value: Any, wanted: Value) -> bool:
    """Numbers by value, text by its characters; ``True`` is not 1."""
    if isinstance(value, bool | np.bool_) or isinstance(wanted, bool):
        both = isinstance(value, bool | np.bool_) and isinstance(wanted, bool)
        return both and bool(value) == wanted
    if isinstance(wanted, str):
        return str(value) == wanted
    array = numbers(value)
    return array is not None and array.size == 1 and float(array.item()) == wanted
