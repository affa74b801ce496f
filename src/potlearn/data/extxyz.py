"""Extended XYZ, one configuration at a time: fast, strict, and equal to ASE where ASE is right.

A configuration is a line with the number of atoms, a line of ``key=value`` pairs and one line per
atom whose columns the pair ``Properties=name:type:columns:...`` declares (types R, I, S, L).
``Lattice`` holds the cell vectors one after the other.  Where ASE accepts lines with columns too
many, this parser raises; where ASE refuses a six-component ``stress`` (Voigt), it reads it.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from potlearn.data.cells import cell_of
from potlearn.data.frames import PER_ATOM, PER_CONFIGURATION, Frame
from potlearn.data.keyvalue import parse_comment
from potlearn.data.tokens import column, is_plain, shown
from potlearn.errors import DataError

_ASE_NAMES = {"pos": "positions", "Z": "numbers", "charge": "charges", "species": "symbols"}
_DEFAULT_PROPERTIES = "species:S:1:pos:R:3"
# A line with the number of atoms is shorter than this many bytes.
_LONGEST_COUNT = 1024
_COLUMNS = re.compile("[1-9][0-9]{0,2}")
_UNKNOWN = -1


def scan(stream: IO[bytes], name: str) -> Iterator[tuple[int, bytes]]:
    """Yield the byte offset and the text of each configuration, in one pass.

    A byte-order mark before a configuration is skipped.

    Raises
    ------
    DataError
        A line that should hold the number of atoms does not, or the file ends inside a
        configuration.
    """
    offset, frame = 0, 0
    line = stream.readline(_LONGEST_COUNT)
    while line:
        if line.startswith(BOM_UTF8):
            line = line.removeprefix(BOM_UTF8)
            offset += len(BOM_UTF8)
        if line.isspace() or not line:
            offset += len(line)
            line = stream.readline(_LONGEST_COUNT)
            continue
        count = _count(line, f"{name}:{frame}")
        lines = [line, *islice(stream, count + 1)]
        if len(lines) < count + 2:
            raise DataError(
                f"{name}:{frame}: file ends inside this configuration: {count} atoms declared, "
                f"{max(len(lines) - 2, 0)} found; is the file truncated?"
            )
        line = stream.readline(_LONGEST_COUNT)
        while line.startswith(b"VEC"):
            lines.append(line)
            line = stream.readline(_LONGEST_COUNT)
        text = b"".join(lines)
        yield offset, text
        offset += len(text)
        frame += 1


def _count(line: bytes, source: str) -> int:
    """Number of atoms on the first line of a configuration."""
    token = line.strip()
    if not token.isdigit() or len(token) > 12 or len(line) == _LONGEST_COUNT:
        raise DataError(
            f"{source}: expected the number of atoms, got {shown(line)}; {_suspicion(line)}"
        )
    return int(token)


def _suspicion(line: bytes) -> str:
    """Why a line does not hold the number of atoms."""
    if line.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) or b"\x00" in line:
        return "is this UTF-16 text, or no text? Convert it: iconv -f UTF-16 -t UTF-8"
    if b"\r" in line.strip():
        return "are lines ended by CR alone? Convert them: tr '\\r' '\\n'"
    return (
        "is this an extended XYZ file, and does the configuration before hold as many atoms as it "
        "declares?"
    )


@lru_cache(maxsize=256)
def _columns(properties: str) -> tuple[tuple[str, str, int, int], ...]:
    """Name, type, first column and number of columns of each property."""
    fields, said = properties.split(":"), f"Properties={shown(properties)}"
    if len(fields) % 3:
        raise DataError(f"{said} is not a list of name:type:columns")
    columns: list[tuple[str, str, int, int]] = []
    start = 0
    for name, kind, count in zip(fields[::3], fields[1::3], fields[2::3], strict=True):
        if kind not in ("R", "I", "S", "L") or not _COLUMNS.fullmatch(count):
            found = shown(f"{name}:{kind}:{count}")
            raise DataError(f"Properties holds {found}; expected name:R|I|S|L:columns")
        columns.append((_ASE_NAMES.get(name, name), kind, start, int(count)))
        start += int(count)
    layout = {name: (kind, count) for name, kind, _, count in columns}
    if len(layout) < len(columns):
        raise DataError(f"{said} declares a name twice")
    if layout.get("positions") != ("R", 3):
        raise DataError(f"{said} declares no positions pos:R:3")
    if layout.get("numbers", ("I", 1)) != ("I", 1):
        raise DataError(f"{said} declares atomic numbers that are not Z:I:1")
    if layout.get("symbols") != ("S", 1) and "numbers" not in layout:
        raise DataError(f"{said} declares neither species:S:1 nor Z:I:1")
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
    properties = info.pop("Properties", True)
    try:
        columns = _columns(_DEFAULT_PROPERTIES if properties is True else str(properties))
    except DataError as error:
        raise DataError(f"{source}: {error}") from None
    arrays = _read_columns(lines[2 : 2 + count], columns, source)
    numbers = _atomic_numbers(arrays, source)
    vectors = [line for line in lines[2 + count :] if line.strip()]
    cell, pbc = cell_of(info, vectors, lines[1], source)
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
        bad = text[error.start : error.start + 1].hex()
        raise DataError(
            f"{source}: not UTF-8 text: byte 0x{bad} at position {error.start} of the "
            "configuration; convert the file, for example: iconv -f LATIN1 -t UTF-8"
        ) from error


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
    arrays, plain = {}, is_plain(lines)
    for name, kind, start, count in columns:
        taken = by_column[start : start + count]
        parts = [column(tokens, kind, name, source, plain) for tokens in taken]
        arrays[name] = parts[0] if count == 1 else np.stack(parts, axis=1)
    return arrays


def _atomic_numbers(arrays: dict[str, NDArray[Any]], source: str) -> NDArray[np.int64]:
    """Atomic numbers from the column Z or the column of symbols."""
    from ase.data import atomic_numbers

    symbols, given = arrays.pop("symbols", None), arrays.pop("numbers", None)
    if symbols is None or symbols.ndim > 1:
        return np.asarray(given)
    named = [atomic_numbers.get(str(symbol).capitalize(), _UNKNOWN) for symbol in symbols]
    numbers = np.array(named, np.int64)
    wrong = numbers == _UNKNOWN if given is None else (numbers != given) & (numbers > 0)
    if wrong.any():
        atom = int(np.argmax(wrong))
        problem = (
            f"but its column Z is {given[atom]}" if given is not None else "which is not an element"
        )
        raise DataError(f"{source}: atom {atom} is {shown(str(symbols[atom]))}, {problem}")
    return numbers if given is None else given


def _constraints(arrays: dict[str, NDArray[Any]], source: str) -> list[Any]:
    """ASE constraints from a column ``move_mask``."""
    if "move_mask" not in arrays:
        return []
    from ase import constraints

    fix_atoms: Any = constraints.FixAtoms
    fix_cartesian: Any = constraints.FixCartesian
    move = arrays.pop("move_mask")
    if move.dtype.kind not in "bi":
        raise DataError(f"{source}: move_mask holds {shown(str(move[0]))}; expected T or F")
    move = move.astype(bool)
    if move.ndim == 1:
        return [fix_atoms(mask=~move)]
    if move.shape[1] != 3:
        raise DataError(f"{source}: move_mask has {move.shape[1]} columns, expected 1 or 3")
    return [fix_cartesian(atom, mask=~row) for atom, row in enumerate(move)]
