"""Checks, when read, of values that a fit does not use: later code would fail on them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from potlearn.data.frames import Frame
from potlearn.data.labels.values import numbers, shown
from potlearn.errors import DataError

Shapes = tuple[tuple[int, ...], ...]
# Shapes of results for each atom, and for the whole configuration.
_EACH: dict[str, Shapes] = {
    "charges": ((), (1,)),
    "magmoms": ((), (1,), (3,)),
    "energies": ((), (1,)),
    "stresses": ((6,), (3, 3), (9,)),
    "born_effective_charges": ((3, 3), (9,)),
}
_ALL: dict[str, Shapes] = {
    "free_energy": ((), (1,)),
    "dipole": ((3,),),
    "magmom": ((), (1,), (3,)),
    "dielectric_tensor": ((3, 3), (9,), (6,)),
    "polarization": ((3,),),
}
KNOWN_RESULTS = frozenset({*_EACH, *_ALL})
"""Results of an ASE calculator that are handed out beside energy, forces and stress."""
_KINDS = "fiubUSO"
"""Kinds of arrays that can be written: numbers, logicals, words."""
_DIGITS = 1000
"""Integers of more digits than this cannot be written."""


def check_values(frame: Frame, source: str) -> None:
    """Refuse values that an ``ase.Atoms`` cannot hold or a file cannot store.

    Raises
    ------
    DataError
        A result under a name of ASE's that is not a number or has a wrong shape; an array of atoms
        that holds complex numbers or dates; an integer of more than 1000 digits.
    """
    for key, value in frame.results.items():
        if key in KNOWN_RESULTS and value is not None:
            _check_result(key, value, len(frame.numbers), source)
    for key, array in frame.arrays.items():
        _check_array(key, np.asarray(array), len(frame.numbers), source)
    for key, value in frame.info.items():
        if isinstance(value, int) and value.bit_length() > 3.3 * _DIGITS:
            raise DataError(
                f"{source}: {key} is an integer of more than {_DIGITS} digits; expected a shorter "
                "one, or text"
            )


def _check_result(key: str, value: Any, n_atoms: int, source: str) -> None:
    array = numbers(value)
    if array is None:
        raise DataError(
            f"{source}: {key} is {shown(value)}; expected numbers (correct it, or give it another "
            "name: ASE reserves this one)"
        )
    expected = _ALL.get(key) or tuple((n_atoms, *shape) for shape in _EACH[key])
    if array.shape not in expected:
        shapes = " or ".join(map(str, expected))
        raise DataError(f"{source}: {key} has shape {array.shape}; expected {shapes}")


def _check_array(key: str, array: NDArray[Any], n_atoms: int, source: str) -> None:
    if array.dtype.kind not in _KINDS:
        raise DataError(
            f"{source}: the column {key} holds {array.dtype}; expected real numbers, logicals or "
            "words (convert it, or remove it)"
        )
    if len(array) != n_atoms or array.size == 0:
        raise DataError(
            f"{source}: the column {key} has shape {array.shape}; expected a value for each of "
            f"{n_atoms} atoms"
        )
