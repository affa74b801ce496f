"""Files of pair_style potlearn taken apart and changed, for tests of their reader."""

from __future__ import annotations

import struct
import zlib
from random import Random
from typing import Any

import numpy as np

from potlearn.lammps.plugin.arrays import MAGIC

HEADER = len(MAGIC) + 16
_TYPES = {"d": np.float64, "i": np.int32, "c": np.uint8}
_NUMBERS = (0.0, -1.0, 1e300, -1e300, 1e-320, np.nan, np.inf, 3.0, 1e9)
_INTEGERS = (0, -1, 1, 2, 7, 13, 1000, 2**31 - 1, -(2**31))


def signed(data: bytes) -> bytes:
    """The same with the size and the checksum that fit, where it is long enough to have them."""
    if len(data) < HEADER + 8:
        return data
    sized = data[:40] + struct.pack("<Q", len(data)) + data[48:-8]
    return sized + struct.pack("<Q", zlib.crc32(sized))


def decoded(data: bytes) -> dict[str, Any]:
    """Arrays by name."""
    arrays: dict[str, Any] = {}
    place = HEADER
    for _ in range(struct.unpack_from("<I", data, len(MAGIC) + 4)[0]):
        length, kind, dimensions = struct.unpack_from("<IcBxx", data, place)
        shape = struct.unpack_from(f"<{dimensions}Q", data, place + 8)
        place += 8 + 8 * dimensions
        name = data[place : place + length].decode()
        place += length + -(place + length) % 8
        dtype = np.dtype(_TYPES[kind.decode()])
        count = int(np.prod(shape))
        values = np.frombuffer(data, dtype, count, place).reshape(shape)
        arrays[name] = values.tobytes().decode() if kind == b"c" else values
        place += count * dtype.itemsize + -(count * dtype.itemsize) % 8
    return arrays


def change(rng: Random, arrays: dict[str, Any]) -> None:
    """One array becomes another, in place: values, type, shape or name."""
    name = rng.choice(sorted(arrays))
    value = arrays[name]
    kind = rng.randrange(6)
    if kind == 0:
        del arrays[name]
    elif kind == 1:
        arrays[name] = arrays[rng.choice(sorted(arrays))]
    elif isinstance(value, str):
        arrays[name] = rng.choice(("", "\n", "Si", "wall", "linear", "x" * 1000, value * 2))
    elif kind == 2:
        arrays[name] = np.ravel(value)[: rng.randint(0, value.size)]
    elif kind == 3:
        arrays[name] = np.concatenate([np.ravel(value)] * 2)
    elif value.size:
        changed = np.array(value)
        numbers = _INTEGERS if changed.dtype.kind == "i" else _NUMBERS
        for _ in range(rng.choice((1, 1, 3))):
            changed.flat[rng.randrange(changed.size)] = rng.choice(numbers)
        arrays[name] = changed
