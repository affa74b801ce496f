"""Saved models: one file of JSON and arrays.  Opening one runs no code.

``potential.json`` holds nested settings, ``NAME.npy`` an array
(:mod:`potlearn.runtime.store.archive`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from potlearn.errors import ModelFileError, PotlearnError
from potlearn.potentials.content import Content
from potlearn.potentials.kinds import potential_from_dict
from potlearn.runtime import Archive, shown

_DOCUMENT = "potential.json"
_FILE = Archive("model", ModelFileError, format=1, document=_DOCUMENT, compressed=True)
# What settings of wrong kinds raise where a potential is built from them.
_MALFORMED = (AttributeError, LookupError, ValueError, TypeError, ArithmeticError, RecursionError)


class SavedModel:
    """``.potl``: what :meth:`~potlearn.potentials.operations.PotentialBase.save` writes."""

    parts = ("saved model (.potl)",)
    suffixes = (".potl",)

    def part(self, content: Content) -> int | None:
        """0 for a zip archive with the settings of a potential."""
        return 0 if _DOCUMENT in content.members else None

    def read(self, *paths: Path) -> Any:
        """The potential saved in the file."""
        return load(paths[0])


def save(potential: Any, path: str | Path) -> None:
    """Write ``potential`` to ``path``; an existing file is replaced when the new one is whole."""
    _FILE.write(path, {"potential": potential.to_dict()})


def load(path: str | Path) -> Any:
    """The potential saved at ``path``.

    Raises
    ------
    ModelFileError
        No such file, not a potlearn archive, a newer format, or missing or malformed parts.
    """
    settings = _FILE.read(path)
    try:
        return potential_from_dict(settings["potential"])
    except PotlearnError as error:
        raise ModelFileError(f"{path}: {error}") from error
    except _MALFORMED as error:
        raise ModelFileError(f"{path}: not a potlearn model ({shown(error)})") from error
