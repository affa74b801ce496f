"""Extended XYZ, one configuration at a time: fast, strict, and equal to ASE where ASE is right.

A configuration is a line with the number of atoms, a line of ``key=value`` pairs and one line per
atom whose columns the pair ``Properties=name:type:columns:...`` declares (types R, I, S, L).
``Lattice`` holds the cell vectors one after the other.  Where ASE accepts lines with columns too
many, this parser raises; where ASE refuses a six-component ``stress`` (Voigt), it reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from potlearn.data.frames import PER_ATOM, PER_CONFIGURATION, Frame
from potlearn.data.keyvalue import LOGICAL, numbers_of, parse_comment, shown
from potlearn.errors import DataError
from potlearn.typing import Settings

_ASE_NAMES = {"pos": "positions", "Z": "numbers", "charge": "charges", "species": "symbols"}
_DEFAULT_PROPERTIES = "species:S:1:pos:R:3"


def scan(stream: IO[bytes], name: str) -> Iterator[tuple[int, bytes]]:
    """Yield the byte offset and the text of each configuration, in one pass.

    Raises
    ------
    DataError
        A line that should hold the number of atoms does not, or the file ends inside a
        configuration.
    """
    offset, frame = 0, 0
    line = stream.readline()
    while line:
        if not line.strip():
            offset += len(line)
            line = stream.readline()
            continue
        count = _count(line, f"{name}:{frame}")
        lines = [line, *islice(stream, count + 1)]
        if len(lines) < count + 2:
            raise DataError(
                f"{name}:{frame}: file ends inside this configuration: {count} atoms declared, "
                f"{max(len(lines) - 2, 0)} found; is the file truncated?"
            )
        line = stream.readline()
        while line.startswith(b"VEC"):
            lines.append(line)
            line = stream.readline()
        text = b"".join(lines)
        yield offset, text
        offset += len(text)
        frame += 1


def _count(line: bytes, source: str) -> int:
    """Number of atoms on the first line of a configuration."""
    token = line.strip()
    if not token.isdigit() or len(token) > 12:
        raise DataError(
            f"{source}: expected the number of atoms, got {shown(line)}; is this an extended "
            "XYZ file, and does the configuration before hold as many atoms as it declares?"
        )
    return int(token)


@lru_cache(maxsize=256)
def _columns(properties: str) -> tuple[tuple[str, str, int, int], ...]:
    """Name, type, first column and number of columns of each property."""
    fields = properties.split(":")
    if len(fields) % 3:
        raise DataError(f"Properties={properties} is not a list of name:type:columns")
    columns: list[tuple[str, str, int, int]] = []
    start = 0
    for name, kind, count in zip(fields[::3], fields[1::3], fields[2::3], strict=True):
        if kind not in "RISL" or len(kind) != 1 or not count.isdigit() or not 1 <= int(count) < 999:
            raise DataError(
                f"Properties holds {name}:{kind}:{count}; expected name:R|I|S|L:columns"
            )
        columns.append((_ASE_NAMES.get(name, name), kind, start, int(count)))
        start += int(count)
    layout = {name: (kind, count) for name, kind, _, count in columns}
    if len(layout) < len(columns):
        raise DataError(f"Properties={properties} declares a name twice")
    if layout.get("positions") != ("R", 3):
        raise DataError(f"Properties={properties} declares no positions pos:R:3")
    if layout.get("symbols") != ("S", 1) and layout.get("numbers") != ("I", 1):
        raise DataError(f"Properties={properties} declares neither species:S:1 nor Z:I:1")
    return tuple(columns)


def parse_frame(text: bytes, source: str) -> Frame:
    """Read one configuration.

    Raises
    ------
    DataError
        Naming the configuration, the atom and the column that cannot be read.
    """
    lines = _decode(text, source).split("\n")
    count = int(lines[0])
    info = parse_comment(lines[1], source)
    properties = info.pop("Properties", _DEFAULT_PROPERTIES)
    try:
        columns = _columns(str(properties))
    except DataError as error:
        raise DataError(f"{source}: {error}") from None
    arrays = _read_columns(lines[2 : 2 + count], columns, source)
    numbers = _atomic_numbers(arrays, source)
    vectors = [line for line in lines[2 + count :] if line.strip()]
    cell, pbc = _cell(info, vectors, source)
    constraints = _constraints(arrays, source)
    results = {key: arrays.pop(key) for key in list(arrays) if key in PER_ATOM}
    results |= {key: info.pop(key) for key in list(info) if key in PER_CONFIGURATION}
    positions = arrays.pop("positions")
    return Frame(numbers, positions, cell, pbc, info, arrays, results, constraints)


def _decode(text: bytes, source: str) -> str:
    """Decode UTF-8."""
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        raise DataError(f"{source}: not UTF-8 text: {error}") from error


def _read_columns(
    lines: list[str], columns: tuple[tuple[str, str, int, int], ...], source: str
) -> dict[str, NDArray[Any]]:
    """Read the atoms' lines into one array per property."""
    rows = [line.split() for line in lines]
    width = columns[-1][2] + columns[-1][3]
    for atom, row in enumerate(rows):
        if len(row) != width:
            raise DataError(
                f"{source}: atom {atom} has {len(row)} columns, expected {width}: "
                f"{shown(lines[atom])}"
            )
    by_column = list(zip(*rows, strict=True)) or [()] * width
    arrays = {}
    for name, kind, start, count in columns:
        parts = [_column(by_column[c], kind, name, source) for c in range(start, start + count)]
        arrays[name] = parts[0] if count == 1 else np.stack(parts, axis=1)
    return arrays


def _column(tokens: tuple[str, ...], kind: str, name: str, source: str) -> NDArray[Any]:
    """Convert one column."""
    convert, dtype, expected = _KINDS[kind]
    try:
        return np.array(list(map(convert, tokens)), dtype)
    except (ValueError, KeyError, OverflowError):
        atom = next(i for i, token in enumerate(tokens) if not _converts(convert, dtype, token))
        raise DataError(
            f"{source}: {name} of atom {atom} is {shown(tokens[atom])}; expected {expected}"
        ) from None


def _converts(convert: Callable[[str], Any], dtype: Any, token: str) -> bool:
    """Whether one token can be read."""
    try:
        np.array(convert(token), dtype)
    except (ValueError, KeyError, OverflowError):
        return False
    return True


_KINDS: dict[str, tuple[Callable[[str], Any], Any, str]] = {
    "R": (float, np.float64, "a real number"),
    "I": (int, np.int64, "an integer"),
    "S": (str, None, "a word"),
    "L": (LOGICAL.__getitem__, np.bool_, "T or F"),
}


def _atomic_numbers(arrays: dict[str, NDArray[Any]], source: str) -> NDArray[np.int64]:
    """Atomic numbers from the column Z or the column of symbols."""
    from ase.data import atomic_numbers

    symbols = arrays.pop("symbols", None)
    if "numbers" in arrays or symbols is None:
        return arrays.pop("numbers")
    try:
        return np.array([atomic_numbers[symbol.capitalize()] for symbol in symbols], np.int64)
    except KeyError as error:
        atom = [symbol.capitalize() for symbol in symbols].index(error.args[0])
        raise DataError(
            f"{source}: atom {atom} is {shown(str(symbols[atom]))}, which is not an element"
        ) from None


def _cell(
    info: Settings, vectors: list[str], source: str
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Cell vectors (rows) and periodicity; with ``Lattice`` and no ``pbc``, periodic."""
    if vectors:
        return _vec_cell(vectors, source)
    lattice = info.pop("Lattice", None)
    pbc = info.pop("pbc", lattice is not None)
    cell = np.zeros((3, 3)) if lattice is None else np.array(lattice.T, np.float64)
    flags = np.atleast_1d(np.asarray(pbc))
    if flags.dtype.kind not in "bi" or flags.shape not in ((1,), (3,)):
        raise DataError(f"{source}: pbc is {shown(str(pbc))}; expected three of T and F")
    return cell, np.broadcast_to(flags.astype(bool), 3).copy()


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


def _constraints(arrays: dict[str, NDArray[Any]], source: str) -> list[Any]:
    """ASE constraints from a column ``move_mask``."""
    if "move_mask" not in arrays:
        return []
    from ase import constraints

    fix_atoms: Any = constraints.FixAtoms
    fix_cartesian: Any = constraints.FixCartesian
    move = arrays.pop("move_mask").astype(bool)
    if move.ndim == 1:
        return [fix_atoms(mask=~move)]
    if move.shape[1] != 3:
        raise DataError(f"{source}: move_mask has {move.shape[1]} columns, expected 1 or 3")
    return [fix_cartesian(atom, mask=~row) for atom, row in enumerate(move)]
