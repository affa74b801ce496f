"""Pickles, such as pacemaker's ``.pckl.gzip``: never opened, since opening one runs its code."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

from potlearn.data.formats.base import Format, Item, Opened
from potlearn.errors import DataError

SUFFIXES = (".pckl", ".pkl", ".pickle", ".p7", ".pckl.gzip", ".pkl.gzip", ".pickle.gzip")
_COMPRESSED = (".gz", ".xz", ".bz2", ".zst", ".gzip")


def _claims(path: Path, head: bytes) -> bool:
    """By the suffix, or by the first two bytes of a binary pickle, compressed or not."""
    if not head:
        return False
    name = path.name.lower()
    for suffix in _COMPRESSED:
        name = name.removesuffix(suffix)
    return name.endswith(SUFFIXES) or _starts_a_pickle(head) or _starts_a_pickle(_unzipped(head))


def _starts_a_pickle(head: bytes) -> bool:
    """The opcode PROTO and a protocol from 2 to 5."""
    return len(head) > 1 and head[0] == 0x80 and 2 <= head[1] <= 5


def _unzipped(head: bytes) -> bytes:
    """First bytes of gzip data, whatever the suffix says."""
    if not head.startswith(b"\x1f\x8b"):
        return b""
    try:
        return zlib.decompressobj(31).decompress(head, 16)
    except zlib.error:
        return b""


def _items(opened: Opened) -> Iterator[Item]:
    raise DataError(
        f"{opened.name}: a pickle, such as pacemaker's data; opening a pickle runs code that it "
        "holds, so potlearn opens none. If you trust the file, convert it to extended XYZ with "
        "pandas and ASE, as examples/convert_pickle.py does (docs: Use your own data)"
    )


PICKLE = Format(_claims, _items)
