"""What the files of long work belong to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from potlearn.errors import PotlearnError
from potlearn.runtime.fields import shown
from potlearn.runtime.store.key import content_key


def check_content(
    place: str,
    found: object,
    wanted: Mapping[str, Any],
    what: str,
    error: type[PotlearnError],
) -> None:
    """Compare what a file was made of with what it would be made of now, name by name.

    Parameters
    ----------
    place : str
        The file, for the message: ``"PATH: this checkpoint"``.
    found : object
        Content that the file states.
    wanted : mapping of str
        Content of the work that wants to continue from it.
    what : str
        What the work is called.
    error : type
        Error to raise.

    Raises
    ------
    PotlearnError
        Naming what differs; the class is ``error``.
    """
    known = found if isinstance(found, Mapping) else {}
    names = [*wanted, *(name for name in known if name not in wanted)]
    differ = [name for name in names if not _same(known.get(name), wanted.get(name))]
    if differ:
        listed = ", ".join(str(name) if len(str(name)) < 60 else shown(name) for name in differ[:8])
        raise error(
            f"{place} belongs to another {what} (other {listed}); remove it, or name another file"
        )


def _same(found: object, wanted: object) -> bool:
    """Whether a file states what is wanted; it may hold arrays, or lists of any depth, instead."""
    try:
        return content_key(found) == content_key(wanted)
    except (PotlearnError, RecursionError):
        return False
