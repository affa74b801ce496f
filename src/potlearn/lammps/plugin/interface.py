"""The engine's C interface: its shared library and its header, as the package has them."""

from __future__ import annotations

import sys
from pathlib import Path

from potlearn.errors import LammpsError

LIBRARY = "libpotlearn.dylib" if sys.platform == "darwin" else "libpotlearn.so"
_HEADER = "potlearn.h"


def library() -> Path:
    """The shared library that evaluates saved potentials without Python.

    Raises
    ------
    LammpsError
        The package has none.
    """
    return _file(LIBRARY)


def header() -> Path:
    """The header ``potlearn.h``.

    Raises
    ------
    LammpsError
        The package has none.
    """
    return _file(_HEADER)


def _file(name: str) -> Path:
    import potlearn.engine

    # A second folder where the package is used from its sources.
    checkout = Path(__file__).parents[4] / "native" / "capi"
    folders = [*map(Path, potlearn.engine.__path__), checkout]
    found = next((f / name for f in folders if (f / name).is_file()), None)
    if found is None:
        raise LammpsError(
            f"this installation of potlearn lacks {name} (looked in {folders[0]}): install it again"
        )
    return found
