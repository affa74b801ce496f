"""Arrays in the members of a zip, in NumPy's format.  Nothing is allocated for false sizes."""

from __future__ import annotations

import math
import tokenize
import warnings
import zipfile
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from potlearn.runtime.store.zips import blocks

KINDS = "biufcSU"
# What NumPy and Python's parser raise on text that is not a header.
_MALFORMED = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    OverflowError,
    SyntaxError,
    RecursionError,
    MemoryError,
    tokenize.TokenError,
)


def write_array(archive: zipfile.ZipFile, name: str, array: NDArray[Any]) -> None:
    """Write a member; an array of objects is a ``ValueError``."""
    with archive.open(entry(archive, name), "w", force_zip64=True) as member:
        npy.write_array(member, np.asanyarray(array), allow_pickle=False)


def entry(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    """Entry of a new member, without the time of day: the same content gives the same bytes."""
    info = zipfile.ZipInfo(name)
    info.compress_type = archive.compression
    info.external_attr = 0o600 << 16
    return info


def read_array(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> NDArray[Any]:
    """Array of a member of a zip whose sizes were checked.

    Raises
    ------
    ValueError
        The header is malformed, or announces another size than the member has.
    """
    with archive.open(info) as member:
        shape, fortran, dtype = _header(member, info.filename)
        size, found = math.prod(shape) * dtype.itemsize, info.file_size - member.tell()
        if size != found:
            raise ValueError(
                f"{info.filename}: {dtype} of shape {shape} takes {size} bytes, got {found}"
            )
        return _filled(member, shape, fortran, dtype)


def _header(member: IO[bytes], name: str) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape, order and type of the array that follows."""
    try:
        version = npy.read_magic(member)
        readers = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
        if version not in readers:
            raise ValueError(f"version {version} of the .npy format")
        with warnings.catch_warnings():  # of Python 2's headers, of escapes in them
            warnings.simplefilter("ignore")
            shape, fortran, dtype = readers[version](member)
    except _MALFORMED as error:
        raise ValueError(f"{name}: malformed .npy header ({error})") from error
    counts = all(type(n) is int and n >= 0 for n in shape)  # True is an integer for NumPy
    if dtype.kind not in KINDS or dtype.itemsize == 0 or not counts:
        raise ValueError(f"{name}: expected an array of numbers or text, got {dtype} {shape}")
    return shape, fortran, dtype


def _filled(
    member: IO[bytes], shape: tuple[int, ...], fortran: bool, dtype: np.dtype[Any]
) -> NDArray[Any]:
    flat = np.empty(math.prod(shape), dtype)
    out, start = flat.view(np.uint8).data, 0
    for block in blocks(member, len(out)):
        out[start : start + len(block)] = block
        start += len(block)
    return flat.reshape(shape, order="F" if fortran else "C")
