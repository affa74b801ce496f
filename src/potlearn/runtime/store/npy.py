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
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of headers of Python 2, of escapes in them
        with archive.open(info) as member:
            _check_header(member, info)
        with archive.open(info) as member:
            array: NDArray[Any] = npy.read_array(member, allow_pickle=False)
            return array


def _check_header(member: IO[bytes], info: zipfile.ZipInfo) -> None:
    """Compare shape and type of the array that follows with the size of the member."""
    name = info.filename
    try:
        version = npy.read_magic(member)
        readers = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
        if version not in readers:
            raise ValueError(f"version {version} of the .npy format")
        shape, _, dtype = readers[version](member)
    except _MALFORMED as error:
        raise ValueError(f"{name}: malformed .npy header ({error})") from error
    counts = all(type(n) is int and n >= 0 for n in shape)  # True is an integer for NumPy
    if dtype.kind not in KINDS or dtype.itemsize == 0 or not counts:
        raise ValueError(f"{name}: expected an array of numbers or text, got {dtype} {shape}")
    size, found = math.prod(shape) * dtype.itemsize, info.file_size - member.tell()
    if size != found:
        raise ValueError(f"{name}: {dtype} of shape {shape} takes {size} bytes, got {found}")
