"""A matrix read by rows: in memory, or in a file that is mapped only while it is read.

Pieces of a file travel to workers as a path and row numbers, and their pages are let go after
reading, so that neither memory nor network sees the whole.
"""

from __future__ import annotations

import mmap
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from typing_extensions import override

from potlearn.errors import SelectionError
from potlearn.typing import Array, Indices

# Numbers in a block of rows that is read at once: 16 MB.
BLOCK = 2_000_000
# Sizes of numbers whose squares, sums and roundings of these are finite and not zero.
SMALLEST, LARGEST = 1e-125, 1e125


@runtime_checkable
class Rows(Protocol):
    """Rows that can be read, whole or in part."""

    @property
    def shape(self) -> tuple[int, int]:
        """Number of rows N and of columns D."""

    def read(self) -> Array:
        """All rows, (N, D) float64, contiguous."""

    def part(self, start: int, stop: int) -> Rows:
        """Rows from ``start`` to ``stop``."""

    def take(self, indices: Indices) -> Rows:
        """Rows by number."""


@dataclass(frozen=True)
class ArrayRows(Rows):
    """Rows in memory."""

    array: NDArray[Any]

    @override
    @property
    def shape(self) -> tuple[int, int]:
        n, d = self.array.shape
        return n, d

    @override
    def read(self) -> Array:
        return np.ascontiguousarray(self.array, dtype=np.float64)

    @override
    def part(self, start: int, stop: int) -> ArrayRows:
        return ArrayRows(self.array[start:stop])

    @override
    def take(self, indices: Indices) -> ArrayRows:
        return ArrayRows(self.array[indices])


@dataclass(frozen=True)
class FileRows:
    """Rows of a C-ordered array in a file; ``indices`` numbers those that are meant."""

    path: str
    dtype: np.dtype[Any]
    offset: int
    shape: tuple[int, int]
    indices: Indices | None = None

    def read(self) -> Array:
        """All rows, read from the file."""
        if self.indices is None:
            return np.array(self._map(self.shape[0]), dtype=np.float64)
        n = int(self.indices.max(initial=-1)) + 1
        return np.asarray(self._map(n)[self.indices], dtype=np.float64)

    def part(self, start: int, stop: int) -> FileRows:
        """Rows from ``start`` to ``stop``, not read yet."""
        if self.indices is not None:
            return self.take(np.arange(start, stop))
        skipped = start * self.shape[1] * self.dtype.itemsize
        return FileRows(self.path, self.dtype, self.offset + skipped, (stop - start, self.shape[1]))

    def take(self, indices: Indices) -> FileRows:
        """Rows by number, not read yet."""
        chosen = indices if self.indices is None else self.indices[indices]
        return FileRows(self.path, self.dtype, self.offset, (len(chosen), self.shape[1]), chosen)

    def _map(self, n: int) -> NDArray[Any]:
        shape = (n, self.shape[1])
        if n * shape[1] == 0:
            return np.zeros(shape)
        return np.asarray(np.memmap(self.path, self.dtype, "r", self.offset, shape))


def as_rows(X: ArrayLike | Rows) -> Rows:
    """Rows of a matrix; those of a memory-mapped one stay in its file; rows stay as they are.

    Raises
    ------
    SelectionError
        ``X`` is not a matrix of real numbers, or is empty.
    """
    if isinstance(X, Rows):
        return X
    array = _real(X)
    if array.ndim != 2:
        raise SelectionError(f"X has {array.ndim} dimensions; expected two, (rows, features)")
    if 0 in array.shape:
        raise SelectionError(f"X is empty: {array.shape[0]} rows, {array.shape[1]} features")
    if isinstance(array, np.memmap) and array.flags.c_contiguous and _is_file(array):
        return FileRows(str(array.filename), array.dtype, _offset(array), array.shape)
    return ArrayRows(array)


def column_names(X: Any) -> NDArray[Any] | None:
    """Names of the columns of a data frame, (D,), if all are strings."""
    names = getattr(X, "columns", None)
    if names is None or not all(isinstance(name, str) for name in names):
        return None
    return np.asarray(names, object)


def _real(X: Any) -> NDArray[Any]:
    """Real numbers of an array, a data frame, or nested lists."""
    if hasattr(X, "toarray") and not isinstance(X, np.ndarray):
        raise SelectionError(
            f"X is sparse ({type(X).__name__}); expected a dense array, X.toarray()"
        )
    if isinstance(X, np.ma.MaskedArray) and np.ma.getmaskarray(X).any():
        raise SelectionError("X has masked entries; expected a number in every one")
    try:
        array = X if isinstance(X, np.ndarray) else np.asarray(X)
    except (TypeError, ValueError, RuntimeError) as error:
        raise SelectionError(f"X is not a matrix of real numbers: {error}") from error
    if array.dtype.kind not in "fiub":
        hint = "; X.astype(float) converts numbers" if array.dtype.kind == "O" else ""
        raise SelectionError(f"X is of {array.dtype}; expected real numbers{hint}")
    return array


def _is_file(array: Any) -> bool:
    """Whether the numbers of a mapped array are those of its file, and not a changed copy."""
    return array.filename is not None and array.mode != "c"


def blocks(rows: Rows, width: int = 0) -> Iterator[tuple[int, Array]]:
    """First row and rows of every block; ``width`` is the number of columns that they turn into."""
    n, d = rows.shape
    size = max(1, BLOCK // max(d, width))
    for start in range(0, n, size):
        yield start, rows.part(start, min(start + size, n)).read()


def check_numbers(
    rows: Rows, bounded: bool = True, fingerprint: bool = False, name: str = "X"
) -> str:
    """Checksum of the rows, called ``name`` in messages, if it is wanted.

    Raises
    ------
    SelectionError
        Naming the first row and column with NaN or Inf; or, where numbers are ``bounded``, numbers
        of which squares would not be finite, or all would be zero.
    """
    checksum, largest = 0, 0.0
    for start, block in blocks(rows):
        _check_block(start, block, LARGEST if bounded else np.inf, name)
        largest = max(largest, float(block.max()), -float(block.min()))
        if fingerprint:
            checksum = zlib.crc32(block.data, checksum)
    if bounded and 0.0 < largest < SMALLEST:
        raise SelectionError(
            f"the largest number of {name} is {largest:.3g} in size; expected {SMALLEST:g} or "
            "more, of which squares are not zero: multiply the features"
        )
    return f"{rows.shape} {checksum:08x}"


def _check_block(start: int, block: Array, largest: float, name: str) -> None:
    high, low = block.max(), block.min()
    if not np.isfinite(high + low):
        i, j = np.argwhere(~np.isfinite(block))[0]
        raise SelectionError(f"row {start + i}, column {j} of {name} is {block[i, j]}")
    if high > largest or low < -largest:
        i, j = np.argwhere(np.abs(block) > largest)[0]
        raise SelectionError(
            f"row {start + i}, column {j} of {name} is {block[i, j]:.3g}; expected at most "
            f"{largest:g} in size, of which squares are finite: scale the features"
        )


def _offset(array: Any) -> int:
    """Place of a mapped array's first number in its file, also for a slice of a larger one."""
    whole = np.frombuffer(array._mmap, np.uint8)
    begin = array.offset - array.offset % mmap.ALLOCATIONGRANULARITY
    return int(begin + array.ctypes.data - whole.ctypes.data)
