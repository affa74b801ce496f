"""Keys that hold no label by default but matter: other spellings, weights, charges, spins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from potlearn.data.frames import Frame
from potlearn.data.labels.found import KeysFound
from potlearn.data.labels.keys import LabelKeys
from potlearn.data.labels.names import is_state, is_weight, label_like, label_name
from potlearn.data.labels.values import fits, is_usable, numbers

NOT_WHOLE = "not whole"
LEFT_ALONE = frozenset({"energies", "stresses"})
"""Results of an ASE calculator per atom, with names like those of labels."""


def hints(frame: Frame, keys: LabelKeys) -> KeysFound:
    """Other spellings, weights, charges and spins; the keys that gave labels are left None."""
    known = {*keys.energy, *keys.forces, *keys.stress, *keys.virial, *keys.force_mask}
    others = [k for k in _names(frame) if k not in known and k not in LEFT_ALONE]
    sure: list[tuple[str, str]] = []
    unusable: list[tuple[str, str]] = []
    alike: list[tuple[str, str]] = []
    for key in others:
        name = label_name(key)
        if name is not None:
            quantity = "energy" if name.quantity == "free_energy" else name.quantity
            usable = is_usable(frame, quantity, key)
            (sure if usable else unusable).append((quantity, key))
        elif (like := label_like(key)) is not None and fits(frame, like, key):
            alike.append((like, key))
    return KeysFound(
        recognisable=tuple(sure),
        unusable=tuple(unusable),
        alike=tuple(alike),
        weights=tuple(k for k in others if is_weight(k) and _is_not_one(frame, k)),
        states=tuple(_states(frame)),
    )


def _names(frame: Frame) -> Iterator[str]:
    """Keys of the configuration, its atoms and its calculator, once each."""
    return (str(k) for k in dict.fromkeys((*frame.info, *frame.arrays, *frame.results)))


def _is_not_one(frame: Frame, key: str) -> bool:
    """Whether a weight is a number other than one."""
    value = numbers(frame.info.get(key, frame.arrays.get(key)))
    return value is not None and value.size > 0 and not (value == 1.0).all()


def _states(frame: Frame) -> Iterable[tuple[str, str]]:
    """Charges and spins of the configuration."""
    for holder in (frame.info, frame.results):
        for key, value in holder.items():
            if is_state(str(key)) and (text := _state(value)) is not None:
                yield str(key), text


def _state(value: Any) -> str | None:
    """A charge or spin as text; None for one value per atom."""
    number = numbers(value)
    if number is None:
        return value[:20] if isinstance(value, str) else None
    if number.size != 1:
        return None
    whole = np.isfinite(number).all() and float(number.item()).is_integer()
    return f"{number.item():.0f}" if whole else NOT_WHOLE
