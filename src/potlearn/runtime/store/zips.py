"""Members of a zip read within limits: no size that a file announces is believed.

A few kilobytes of deflated zeros, of members that share their bytes, or of another method grow to
gigabytes; a table of contents may say anything.
"""

from __future__ import annotations

import zipfile
from typing import Any

# Deflate shrinks by no more than this (zlib, "Maximum Compression Factor").
MOST_DEFLATED = 1032
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
GROWTH = 100
"""Most bytes of all members together per byte of the file, beside :data:`FREE`."""
FREE = 4 * 2**20
"""Bytes that members may have in any case."""


def allowed(size: int) -> int:
    """Most bytes that the members of a file of this size may have."""
    return FREE + GROWTH * size


def announced(archive: zipfile.ZipFile) -> int:
    """Bytes that the table of contents announces, all members together."""
    return sum(info.file_size for info in archive.infolist())


def check_sizes(archive: zipfile.ZipFile) -> None:
    """Compare what the table of contents announces with the size of the file.

    Raises
    ------
    ValueError
        A name that is there more than once, a method that is not deflate, more bytes than the file
        has, or members that grow beyond :func:`allowed`.
    """
    size, left = _file_size(archive), _file_size(archive)
    for info in archive.infolist():
        factor = 1 if info.compress_type == zipfile.ZIP_STORED else MOST_DEFLATED
        left -= info.compress_size
        if left < 0 or info.file_size > factor * info.compress_size:
            raise ValueError(
                f"{info.filename}: the zip announces {info.file_size} bytes from "
                f"{info.compress_size}, in a file of {size}"
            )
        if info.compress_type not in METHODS:
            raise ValueError(f"{info.filename}: compressed by another method than deflate")
    if len(archive.namelist()) > len(set(archive.namelist())):
        raise ValueError("the zip has two members of one name")
    if announced(archive) > allowed(size):
        raise ValueError(
            f"the zip announces {announced(archive)} bytes in a file of {size}; at most "
            f"{allowed(size)} are read"
        )


def read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Content of a member, of the announced size at most.

    Raises
    ------
    ValueError
        There are fewer bytes.
    """
    with archive.open(info) as member:
        content = member.read(info.file_size)  # without a number, everything would be inflated
    if len(content) != info.file_size:
        raise ValueError(f"{info.filename}: expected {info.file_size} bytes, got {len(content)}")
    return content


def _file_size(archive: zipfile.ZipFile) -> int:
    file: Any = archive.fp
    position = file.tell()
    size = int(file.seek(0, 2))
    file.seek(position)
    return size
