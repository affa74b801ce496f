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
    array = X if isinstance(X, np.ndarray) else np.asarray(X)
    if array.ndim != 2:
        raise SelectionError(f"X has {array.ndim} dimensions; expected two, (rows, features)")
    if array.dtype.kind not in "fiub":
        raise SelectionError(f"X is of {array.dtype}; expected real numbers")
    if 0 in array.shape:
        raise SelectionError(f"X is empty: {array.shape[0]} rows, {array.shape[1]} features")
    if isinstance(array, np.memmap) and array.flags.c_contiguous and array.filename is not None:
        return FileRows(str(array.filename), array.dtype, _offset(array), array.shape)
    return ArrayRows(array)


def blocks(rows: Rows, width: int = 0) -> Iterator[tuple[int, Array]]:
    """First row and rows of every block; ``width`` is the number of columns that they turn into."""
    n, d = rows.shape
    size = max(1, BLOCK // max(d, width))
    for start in range(0, n, size):
        yield start, rows.part(start, min(start + size, n)).read()


def check_finite(rows: Rows, fingerprint: bool = False, name: str = "X") -> str:
    """Checksum of the rows, called ``name`` in messages, if it is wanted.

    Raises
    ------
    SelectionError
        Naming the first row and column with NaN or Inf.
    """
    checksum = 0
    for start, block in blocks(rows):
        if not np.isfinite(block).all():
            i, j = np.argwhere(~np.isfinite(block))[0]
            raise SelectionError(f"row {start + i}, column {j} of {name} is {block[i, j]}")
        if fingerprint:
            checksum = zlib.crc32(block.data, checksum)
    return f"{rows.shape} {checksum:08x}"


def _offset(array: Any) -> int:
    """Place of a mapped array's first number in its file, also for a slice of a larger one."""
    whole = np.frombuffer(array._mmap, np.uint8)
    begin = array.offset - array.offset % mmap.ALLOCATIONGRANULARITY
    return int(begin + array.ctypes.data - whole.ctypes.data)
