"""The shared library that evaluates exported potentials, and its C header."""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from pathlib import Path

from potlearn.errors import ConfigError

ABI = 2
"""Version of ``native/capi/potlearn.h`` that is called here."""
HEADER = "potlearn.h"


def library_path() -> Path:
    """The library, beside the compiled modules.

    Raises
    ------
    ConfigError
        It is not there.
    """
    return _beside(f"libpotlearn.{'dylib' if sys.platform == 'darwin' else 'so'}")


def header_path() -> Path:
    """The header of its C interface, beside it.

    Raises
    ------
    ConfigError
        It is not there.
    """
    return _beside(HEADER)


def _beside(name: str) -> Path:
    from potlearn.engine import _native

    path = Path(str(_native.__file__)).parent / name
    if not path.is_file():
        raise ConfigError(f"{path}: no such file; install potlearn again")
    return path


class Atoms(ctypes.Structure):
    """``potlearn_atoms``."""

    _fields_ = (
        ("n_atoms", ctypes.c_int),
        ("positions", ctypes.c_void_p),
        ("species", ctypes.c_void_p),
        ("n_centers", ctypes.c_int),
        ("centers", ctypes.c_void_p),
        ("first", ctypes.c_void_p),
        ("neighbor", ctypes.c_void_p),
    )


class Results(ctypes.Structure):
    """``potlearn_results``."""

    _fields_ = (
        ("energies", ctypes.c_void_p),
        ("forces", ctypes.c_void_p),
        ("virial", ctypes.c_void_p),
        ("virials", ctypes.c_void_p),
    )


@cache
def library() -> ctypes.CDLL:
    """The library, loaded once, its functions declared.

    Raises
    ------
    ConfigError
        There is none, or it is of another version.
    """
    path = library_path()
    found = ctypes.CDLL(str(path))
    if (abi := int(found.potlearn_abi())) != ABI:
        raise ConfigError(f"{path}: expected a library of ABI {ABI}, got {abi}; install again")
    model = address = ctypes.c_void_p
    text, size = ctypes.c_char_p, ctypes.c_size_t
    signatures: dict[str, tuple[type | None, list[type]]] = {
        "open": (model, [text, text, size]),
        "close": (None, [model]),
        "n_species": (ctypes.c_int, [model]),
        "species": (text, [model, ctypes.c_int]),
        "cutoff": (ctypes.c_double, [model]),
        "has": (ctypes.c_int, [model, text]),
        "instruction_set": (text, [model]),
        "evaluate": (
            ctypes.c_int,
            [model, address, ctypes.c_int, address, text, size],
        ),
        "n_sums": (ctypes.c_int, [model]),
        "n_deviations": (ctypes.c_int, [model]),
        "spread": (
            ctypes.c_int,
            [model, address, ctypes.c_int, address, address, address, text, size],
        ),
        "gamma_configuration": (ctypes.c_int, [model, address, address, text, size]),
        "force_std": (ctypes.c_int, [model, ctypes.c_int, address, address, text, size]),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(found, f"potlearn_{name}")
        function.restype, function.argtypes = result, arguments
    return found
