"""Write extended XYZ, byte for byte as ASE does."""

from __future__ import annotations

from copy import copy
from numbers import Real
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray

from potlearn.typing import Atoms

_FORMATS = {"f": ("R", "%16.8f"), "i": ("I", "%8d"), "b": ("L", " %.1s"), "U": ("S", "%-2s")}
_TENSORS = ("Lattice", "stress", "virial")
_QUOTED = set(" \"'{}[]")


class _UnusualError(Exception):
    """A value of a kind that is left to ASE."""


def write_frame(file: TextIO, atoms: Atoms) -> None:
    """Write a configuration with its columns and information, without a calculator's results.

    Values of unusual kinds are left to ASE, whose reading and writing takes longer to import than a
    file takes to write.
    """
    atoms = writable(atoms)
    try:
        text = _frame(atoms)
    except _UnusualError:
        from ase.io.extxyz import write_extxyz

        write_extxyz(file, [atoms], write_results=False)
    else:
        file.write(text)


def writable(atoms: Atoms) -> Atoms:
    """The configuration as extended XYZ can hold it, or itself where nothing stands against it.

    Line breaks in text become blanks; blanks in the words of a column become ``_`` (as an empty
    word does); tensors of atoms become rows; unsigned integers become integers.
    """
    columns = {name: _column(array) for name, array in atoms.arrays.items()}
    texts = {k: " ".join(v.splitlines()) for k, v in atoms.info.items() if _is_broken(v)}
    results = {} if atoms.calc is None else atoms.calc.results
    rows = {k: v.reshape(len(v), -1) for k, v in results.items() if np.ndim(v) > 2}
    changed = {name: new for name, new in columns.items() if new is not atoms.arrays[name]}
    if not (changed or texts or rows):
        return atoms
    found: Atoms = atoms.copy()
    found.info |= texts
    for name, array in changed.items():
        del found.arrays[name]
        found.set_array(name, array)
    found.calc = copy(atoms.calc)
    if rows:
        found.calc.results = {**results, **rows}
    return found


def _is_broken(value: Any) -> bool:
    """Whether a text has line breaks."""
    return isinstance(value, str) and len(value.splitlines()) > 1


def _column(array: NDArray[Any]) -> NDArray[Any]:
    """A column of words without blanks, or of at most two dimensions; itself where it is one."""
    if array.ndim > 2:
        return _column(array.reshape(len(array), -1))
    if array.dtype.kind == "u":
        return array.astype(np.int64)
    if array.dtype.kind not in "USO":
        return array
    texts = [str(item) for item in array.ravel().tolist()]
    words = ["_".join(text.split()) or "_" for text in texts]
    return array if words == texts else np.array(words).reshape(array.shape)


def _frame(atoms: Atoms) -> str:
    if len(atoms) == 0 or atoms.constraints or {"symbols", "species", "pos"} & set(atoms.arrays):
        raise _UnusualError
    columns = {"species": np.array([*atoms.symbols]), "pos": atoms.positions}
    columns |= {k: v for k, v in atoms.arrays.items() if k not in ("numbers", "positions")}
    head, formats, values = [], [], []
    for name, array in columns.items():
        if array.ndim > 2 or array.dtype.kind not in _FORMATS:
            raise _UnusualError
        kind, style = _FORMATS[array.dtype.kind]
        parts = array.reshape(len(array), -1).T.tolist()
        head.append(f"{name}:{kind}:{len(parts)}")
        formats += [style] * len(parts)
        values += parts
    line = " ".join(formats)
    rows = [line % row for row in zip(*values, strict=True)]
    properties = f"Properties={':'.join(head)}"
    information = [_pair(k, v) for k, v in (atoms.info | {"pbc": atoms.pbc}).items()]
    comment = " ".join([*_lattice(atoms), properties, *information])
    return "\n".join([str(len(atoms)), comment, *rows, ""])


def _lattice(atoms: Atoms) -> list[str]:
    if not atoms.cell.any():
        return []
    return [f'Lattice="{" ".join(map(str, np.ravel(atoms.cell)))}"']


def _pair(key: str, value: Any) -> str:
    if isinstance(value, np.ndarray):
        value = _array(key, value)
    elif not isinstance(value, str):
        value = _scalar(value)
    return f"{_escaped(key)}={_escaped(value)}"


def _array(key: str, value: NDArray[Any]) -> str:
    """Numbers of an array; tensors in Fortran order."""
    if key in _TENSORS:
        value = value.reshape(value.size, order="F")
    if value.ndim != 1 or value.dtype.kind not in "ifb":
        raise _UnusualError
    return " ".join(map(_scalar, value))


def _scalar(value: Any) -> str:
    if isinstance(value, (bool, np.bool_)):
        return "T" if value else "F"
    if not isinstance(value, Real):
        raise _UnusualError
    return f"{value}"


def _escaped(text: str) -> str:
    if not isinstance(text, str):
        raise _UnusualError
    if not _QUOTED & set(text):
        return text
    return '"' + text.replace('"', '\\"') + '"'
