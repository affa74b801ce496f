"""Named arrays in one file, little-endian, as ``native/model/array_file.hpp`` reads them.

===================================  ==========================================================
magic                                32 bytes
version, number of arrays            unsigned, 4 bytes each
size of the file                     unsigned, 8 bytes
of each array: length of the name    unsigned, 4 bytes
type                                 d: double, i: integer of 4 bytes, c: text in UTF-8
number of dimensions, two zeros      3 bytes
shape                                unsigned, 8 bytes each
name, values                         each with zeros up to a multiple of 8 bytes
CRC-32 of all before                 unsigned, 8 bytes
===================================  ==========================================================
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Value: TypeAlias = "str | int | float | NDArray[Any]"

MAGIC = b"potlearn potential for LAMMPS\n".ljust(32, b"\0")
VERSION = 1
_TYPES = {"d": "<f8", "i": "<i4", "c": "|u1"}


def encoded(arrays: Mapping[str, Value]) -> bytes:
    """The bytes of a file of these arrays, in their order."""
    head = len(MAGIC) + 16
    content = b""
    parts = []
    length = head
    for name, value in arrays.items():
        content = _array(name, value, length)
        parts.append(content)
        length += len(content)
    start = MAGIC + struct.pack("<IIQ", VERSION, len(parts), length + 8)
    whole = b"".join([start, *parts])
    return whole + struct.pack("<Q", zlib.crc32(whole))


def _array(name: str, value: Value, place: int) -> bytes:
    """One array; ``place`` is where it starts in the file."""
    kind, values = _typed(value)
    shape = struct.pack(f"<{values.ndim}Q", *values.shape)
    encoded_name = name.encode()
    start = struct.pack("<IcBxx", len(encoded_name), kind.encode(), values.ndim) + shape
    start += encoded_name
    start += bytes(-(place + len(start)) % 8)
    data = values.tobytes()
    return start + data + bytes(-len(data) % 8)


def _typed(value: Value) -> tuple[str, NDArray[Any]]:
    if isinstance(value, str):
        return "c", np.frombuffer(value.encode(), np.uint8)
    array = np.asarray(value)
    kind = "i" if array.dtype.kind in "iu" else "d"
    return kind, np.ascontiguousarray(array, _TYPES[kind])
