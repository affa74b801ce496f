"""Cell vectors and periodicity of a configuration in extended XYZ."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Any

import numpy as np
from numpy.typing import NDArray

from potlearn.data.tokens import NUMBER, numbers_of, shown
from potlearn.errors import DataError
from potlearn.typing import Settings

# Names that a cell has in other programs, and how like "lattice" a misspelling is.
_NAME = r"latt?ic|cell|box|prim_?vec|dimensions|periodicity"
_CELL_NAME = re.compile(_NAME, re.IGNORECASE)
_PLAIN_NAMES = frozenset({"lattice", "cell", "box", "unitcell", "unit_cell", "abc"})
_ALIKE = 0.75
# Nine or six numbers after such a name, whatever stands between: a cell that no key holds.
_CELL_TEXT = re.compile(
    rf"(?:{_NAME})[A-Za-z_]*(?:\([A-Za-z]*\))?[\s\"'={{}}\[\]():;,]+(?:{NUMBER}[\s,;\[\]()]+){{5,8}}{NUMBER}",
    re.IGNORECASE,
)


def cell_of(
    info: Settings, vectors: list[str], comment: str, source: str
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Cell vectors (rows) and periodicity; with ``Lattice`` and no ``pbc``, periodic.

    Takes ``Lattice`` and ``pbc`` out of ``info``.  ``vectors`` are the lines ``VEC1 x y z`` after
    the atoms.

    Raises
    ------
    DataError
        ``pbc`` or a line of ``vectors`` cannot be read; or there is no cell, but something in the
        line ``comment`` that looks like one.
    """
    if vectors:
        return _vec_cell(vectors, source)
    lattice = info.pop("Lattice", None)
    lattice = None if lattice is True else lattice
    stated = "pbc" in info
    pbc = info.pop("pbc", lattice is not None)
    flags = np.atleast_1d(np.asarray(pbc))
    if flags.dtype.kind not in "bi" or flags.shape not in ((1,), (3,)):
        raise DataError(f"{source}: pbc is {shown(str(pbc))}; expected three of T and F")
    flags = np.broadcast_to(flags.astype(bool), 3).copy()
    if lattice is None:
        if flags.any() or not stated:
            _refuse_unused_cell(info, comment, source)
        return np.zeros((3, 3)), flags
    return np.array(lattice.T, np.float64), flags


def _refuse_unused_cell(info: Settings, comment: str, source: str) -> None:
    """Refuse a crystal that would be taken for a cluster, for its cell has another name."""
    found = [shown(key) for key, value in info.items() if _is_cell(key, value)]
    text = None if found else _CELL_TEXT.search(comment)
    if found or text:
        where = f"key {found[0]} looks" if found else f"{shown(text[0] if text else '')} looks"
        raise DataError(
            f"{source}: {where} like a cell, but cell vectors are read from the key Lattice, and "
            'there is none; write Lattice="ax ay az bx by bz cx cy cz", or pbc="F F F" for a '
            "cluster"
        )


def _is_cell(key: str, value: Any) -> bool:
    """Whether a key and its value look like cell vectors, or lengths and angles."""
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "if":
        return False
    name = key.lower()
    if value.size == 3:
        return name in _PLAIN_NAMES
    alike = SequenceMatcher(None, name, "lattice").ratio() >= _ALIKE
    return value.size in (6, 9) and (alike or name == "abc" or bool(_CELL_NAME.search(name)))


def _vec_cell(vectors: list[str], source: str) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Cell vectors given as lines ``VEC1 x y z`` after the atoms."""
    cell, pbc = np.zeros((3, 3)), np.zeros(3, bool)
    for k, line in enumerate(vectors[:4]):
        words = line.split()
        numbers = numbers_of(words[1:])
        if k > 2 or words[0] != f"VEC{k + 1}" or numbers is None or len(numbers) != 3:
            raise DataError(f"{source}: expected at most VEC1, VEC2, VEC3, got {shown(line)}")
        cell[k], pbc[k] = numbers, True
    return cell, pbc
