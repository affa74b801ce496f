"""NumPy's ``.npy`` files of others: no pickles, and no memory before the announced size fits."""

from __future__ import annotations

import warnings
from pathlib import Path
from tokenize import TokenError

import numpy as np
from numpy.typing import NDArray

from potlearn.errors import DataError

_ANY = (
    *(ValueError, TypeError, OverflowError, OSError, EOFError, SyntaxError, TokenError),
    *(RecursionError, MemoryError, KeyError, UnicodeError),
)
"""What :func:`numpy.load` raises on malformed headers."""


def numbers_of(path: Path) -> NDArray[np.number]:
    """Array of a ``.npy`` file as a read-only map of the file: its values are read when used.

    Raises
    ------
    DataError
        The file cannot be read, is no ``.npy`` file, holds objects (a pickle) or other things than
        numbers, or announces more values than it holds.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # headers written by Python 2
            array = np.load(path, mmap_mode="r", allow_pickle=False)
    except _ANY as error:
        reason = str(error).splitlines() or [type(error).__name__]
        raise DataError(f"{path}: cannot be read as an array: {reason[0][:120]}") from error
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "iuf":
        kind = array.dtype if isinstance(array, np.ndarray) else "an archive"
        raise DataError(f"{path}: holds {kind}; expected one array of numbers")
    return array
