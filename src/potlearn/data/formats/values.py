"""Numbers and elements of files, checked where they are read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from potlearn.errors import DataError

TYPE_MAP = "type_map.raw"
"""Text file of elements in the order of their types: DeePMD-kit's name, taken for others too."""


def shown(value: Any) -> str:
    """A value in a message."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def real_array(
    value: Any, shape: tuple[int | None, ...], what: str, source: str
) -> NDArray[np.float64]:
    """Real numbers of a given shape; None in ``shape`` stands for any length."""
    try:
        array = np.asarray(value)
        if array.dtype.kind not in "iuf":
            raise ValueError
        array = array.astype(np.float64)
    except (ValueError, TypeError, OverflowError):
        raise DataError(f"{source}: {what} is {shown(value)}; expected numbers") from None
    fits = len(array.shape) == len(shape) and all(
        wanted in (None, length) for wanted, length in zip(shape, array.shape, strict=True)
    )
    if not fits:
        expected = " x ".join("N" if n is None else str(n) for n in shape) or "one number"
        got = " x ".join(map(str, array.shape)) or "one number"
        raise DataError(f"{source}: {what} has shape {got}; expected {expected}")
    return array


def atomic_numbers(symbols: Sequence[Any], source: str) -> NDArray[np.int64]:
    """Atomic numbers of chemical symbols."""
    from ase.data import atomic_numbers as known

    found = [known.get(s.capitalize(), 0) if isinstance(s, str) else 0 for s in symbols]
    if 0 in found:
        atom = found.index(0)
        raise DataError(f"{source}: atom {atom} is {shown(symbols[atom])}, which is not an element")
    return np.array(found, np.int64)


def numbers_of_types(
    types: NDArray[np.int64], elements: Sequence[str], source: str
) -> NDArray[np.int64]:
    """Atomic numbers of types 0, 1, ... by the elements in that order.

    Raises
    ------
    DataError
        No elements are known, or a type is beyond them; the message says how to name them.
    """
    remedy = (
        "name the elements in the order of the types: in a text file type_map.raw beside the data, "
        "as data: {types: [...]} in a configuration, as --type ELEMENT (once for each) on the "
        "command line, or as types= of potlearn.read"
    )
    if not elements:
        used = ", ".join(map(str, np.unique(types)[:8].tolist()))
        raise DataError(f"{source}: atoms have types ({used}) instead of elements; {remedy}")
    bad = (types < 0) | (types >= len(elements))
    if bad.any():
        worst = int(types[np.argmax(bad)])
        raise DataError(
            f"{source}: an atom has type {worst}, and {len(elements)} elements are named "
            f"({', '.join(elements)}); expected types 0 to {len(elements) - 1}; {remedy}"
        )
    return element_numbers(elements, source)[types]


def element_numbers(elements: Sequence[str], source: str) -> NDArray[np.int64]:
    """Atomic numbers of the elements of types."""
    from ase.data import atomic_numbers as known

    unknown = [symbol for symbol in elements if known.get(symbol, 0) == 0]
    if unknown:
        raise DataError(f"{source}: the type {shown(unknown[0])} is not an element")
    return np.array([known[symbol] for symbol in elements], np.int64)


def type_map(folder: Path) -> tuple[str, ...]:
    """Elements of the types in the file ``type_map.raw`` of a folder; none if it is absent.

    Raises
    ------
    DataError
        The file cannot be read.
    """
    path = folder / TYPE_MAP
    if not path.is_file():
        return ()
    return tuple(small_text(path).split())


def small_text(path: Path, most: int = 2**28) -> str:
    """Text of a file that is read whole.

    Raises
    ------
    DataError
        It is not UTF-8 text, cannot be read, or has more than ``most`` bytes.
    """
    try:
        size = path.stat().st_size
        if size > most:
            raise DataError(f"{path}: has {size} bytes; expected at most {most}")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8 text (byte {error.start})") from error
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from error
