"""Content keys: a short text that is the same for the same data and settings.

Keys decide whether a file belongs to the work that wants to continue from it.  They do not depend
on the process, the machine, the order of settings or the memory layout of arrays.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from hashlib import blake2b
from pathlib import PurePath
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from potlearn.errors import PotlearnError

SIZE = 16
KINDS = "biufcSUV"


def content_key(value: Any, size: int = SIZE) -> str:
    """Key of nested settings: ``2 * size`` hexadecimal digits.

    Parameters
    ----------
    value :
        Numbers, text, None, mappings and sequences of them; arrays, frozen dataclasses (class and
        the fields of their constructor), functions and classes (by name), paths, random generators
        (their state).
    size : int
        Number of bytes.

    Raises
    ------
    PotlearnError
        The settings hold an object of another kind.
    """
    text = json.dumps(_plain(value), separators=(",", ":"))
    return blake2b(text.encode(), digest_size=size).hexdigest()


def array_key(*arrays: ArrayLike | None, size: int = SIZE) -> bytes:
    """Key of the numbers of some arrays; a place without array is None."""
    return array_keys(arrays, size=size)[0]


def array_keys(*groups: Sequence[ArrayLike | None], size: int = SIZE) -> list[bytes]:
    """Keys of the first group of arrays, of the first two together, and so on."""
    state, keys = blake2b(digest_size=size), []
    for arrays in groups:
        for array in arrays:
            if array is not None:
                _update(state, np.asarray(array))
            state.update(b"|" if array is not None else b"-")
        keys.append(state.digest())
    return keys


def _update(state: blake2b, array: NDArray[Any]) -> None:
    """Add type, shape and numbers (little-endian, C order)."""
    code = array.dtype.str
    if code[1] not in KINDS or array.dtype.hasobject:
        raise PotlearnError(f"content key: expected an array of numbers or text, got {array.dtype}")
    if code[0] == ">" or not array.flags.c_contiguous:
        array = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    state.update(f"{array.dtype.str}{array.shape}".encode())
    state.update(array.data)


def _plain(value: Any) -> Any:
    """JSON values that differ where settings do."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        return {"map": sorted([str(name), _plain(item)] for name, item in value.items())}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return {"array": array_key(value).hex()}
    return _named(value)


def _named(value: Any) -> Any:
    """An object by its class or name, and by what it holds."""
    if callable(value) and hasattr(value, "__qualname__"):
        return {"name": f"{value.__module__}.{value.__qualname__}"}
    if is_dataclass(value):
        held = {f.name: getattr(value, f.name) for f in fields(value) if f.init}
    elif isinstance(value, PurePath):
        held = {"path": value.as_posix()}
    elif isinstance(value, np.random.Generator):
        held = dict(value.bit_generator.state)
    elif isinstance(value, np.random.SeedSequence):
        held = {"entropy": value.entropy, "key": value.spawn_key}
    else:
        raise PotlearnError(
            f"content key: expected numbers, text, arrays or dataclasses, got {type(value)}; a "
            "class of your own can be a frozen dataclass"
        )
    return {"class": type(value).__qualname__, "holds": _plain(held)}
