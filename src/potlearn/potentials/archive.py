"""Saved potentials: one file of JSON and arrays.  Opening one runs no code.

``potential.json`` holds nested settings, ``NAME.npy`` an array
(:mod:`potlearn.runtime.store.archive`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from potlearn.errors import ModelFileError, PotlearnError
from potlearn.potentials.kinds import potential_from_dict
from potlearn.runtime import Archive, shown

_FILE = Archive("model", ModelFileError, format=1, document="potential.json", compressed=True)
# What settings of wrong kinds raise where a potential is built from them.
_MALFORMED = (AttributeError, LookupError, ValueError, TypeError, ArithmeticError, RecursionError)


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
