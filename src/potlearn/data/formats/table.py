"""The table of formats: a format is its file and one row."""

from __future__ import annotations

from pathlib import Path

from potlearn.data.formats.base import HEAD, Format
from potlearn.data.streams import open_stream
from potlearn.errors import DataError
from potlearn.registry import Registry

FORMATS: Registry[Format] = Registry(
    "format",
    DataError,
    {
        "pickle": "potlearn.data.formats.pickles:PICKLE",
        "mtp": "potlearn.data.formats.mtp:MTP",
        "fitsnap": "potlearn.data.formats.fitsnap:FITSNAP",
        "deepmd": "potlearn.data.formats.deepmd:DEEPMD",
        "ase-db": "potlearn.data.formats.database:DATABASE",
        "vasp-outcar": "potlearn.data.formats.vasp:OUTCAR",
        "vasp-xml": "potlearn.data.formats.vasp:VASPRUN",
    },
)
"""Formats that potlearn reads itself, beside extended XYZ; the first that claims a file has it."""


def recognise(path: Path) -> str | None:
    """Name of the format of a file or a folder, by its content; None if there is none.

    Raises
    ------
    DataError
        The file cannot be opened or decompressed.
    """
    head = head_of(path)
    return next((name for name, one in FORMATS.items() if one.claims(path, head)), None)


def head_of(path: Path) -> bytes:
    """First bytes of a file, decompressed; none of a folder."""
    if path.is_dir():
        return b""
    with open_stream(path) as stream:
        return stream.read(HEAD)
