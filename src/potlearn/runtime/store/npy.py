"""Arrays in the members of a zip, in NumPy's format.  Nothing is allocated for false sizes."""

from __future__ import annotations

import math
import tokenize
import zipfile
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

# Deflate shrinks by no more than this (zlib, "Maximum Compression Factor").
MOST_DEFLATED = 1032
KINDS = "biufcSU"
_BLOCK = 2**18


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
    """Array of a member.

    Raises
    ------
    ValueError
        The header is malformed, or announces another size than the member has.
    """
    check_size(archive, info)
    with archive.open(info) as member:
        shape, fortran, dtype = _header(member, info.filename)
        size, found = math.prod(shape) * dtype.itemsize, info.file_size - member.tell()
        if size != found:
            raise ValueError(
                f"{info.filename}: {dtype} of shape {shape} takes {size} bytes, got {found}"
            )
        return _filled(member, shape, fortran, dtype)


def check_size(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    """Compare the size that the table of a zip announces with the bytes that are in the file.

    Raises
    ------
    ValueError
        There are fewer.
    """
    file: Any = archive.fp
    position = file.tell()
    there = file.seek(0, 2)
    file.seek(position)
    factor = 1 if info.compress_type == zipfile.ZIP_STORED else MOST_DEFLATED
    if info.compress_size > there or info.file_size > factor * info.compress_size:
        raise ValueError(
            f"{info.filename}: the zip announces {info.file_size} bytes from "
            f"{info.compress_size}, in a file of {there}"
        )


def _header(member: IO[bytes], name: str) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape, order and type of the array that follows."""
    try:
        version = npy.read_magic(member)
        readers = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
        if version not in readers:
            raise ValueError(f"version {version} of the .npy format")
        shape, fortran, dtype = readers[version](member)
    except (ValueError, TypeError, SyntaxError, RecursionError, tokenize.TokenError) as error:
        raise ValueError(f"{name}: malformed .npy header ({error})") from error
    if dtype.kind not in KINDS or dtype.itemsize == 0 or min(shape, default=0) < 0:
        raise ValueError(f"{name}: expected an array of numbers or text, got {dtype} {shape}")
    return shape, fortran, dtype


def _filled(
    member: IO[bytes], shape: tuple[int, ...], fortran: bool, dtype: np.dtype[Any]
) -> NDArray[Any]:
    flat = np.empty(math.prod(shape), dtype)
    out, start = flat.view(np.uint8).data, 0
    while block := member.read(_BLOCK):
        out[start : start + len(block)] = block
        start += len(block)
    if start != len(out):
        raise ValueError(f"expected {len(out)} bytes, got {start}")
    return flat.reshape(shape, order="F" if fortran else "C")
