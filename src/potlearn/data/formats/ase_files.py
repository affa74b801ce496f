"""All other formats, as ASE reads them."""

from __future__ import annotations

from collections.abc import Iterator

from potlearn.data.formats.base import Item, Opened
from potlearn.data.frames import frame_from_atoms
from potlearn.errors import DataError
from potlearn.typing import Atoms


def ase_items(opened: Opened) -> Iterator[Item]:
    """Configurations of a file in one of ASE's formats."""
    return (frame_from_atoms(atoms) for atoms in iread(opened))


def iread(opened: Opened, kind: str | None = None) -> Iterator[Atoms]:
    """ASE's reader, of the format ``kind``; whatever it raises becomes a :class:`DataError`."""
    from ase.io import iread
    from ase.io.formats import UnknownFileTypeError

    path = str(opened.path)
    try:
        yield from iread(path, index=":", format=kind, do_not_split_by_at_sign=True)
    except UnknownFileTypeError as error:
        raise DataError(
            f"{opened.name}: not a structure file that potlearn or ASE knows"
        ) from error
    except Exception as error:  # ASE's readers raise anything on malformed input
        raise DataError(
            f"{opened.name}: ASE cannot read this file: {type(error).__name__}: {error}"
        ) from error
