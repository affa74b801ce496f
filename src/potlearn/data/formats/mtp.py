r"""Configurations of MLIP (moment tensor potentials), ``.cfg``.

.. code-block:: text

    BEGIN_CFG
     Size
        1
     Supercell                     (up to three cell vectors, rows, Å; none for a molecule)
        3.6 0 0
        0 3.6 0
        0 0 3.6
     AtomData:  id type cartes_x cartes_y cartes_z fx fy fz      (or direct_x, ...)
        1 0 0 0 0 0 0 0
     Energy
        -3.7                       (eV)
     PlusStress:  xx yy zz yz xz xy
        -2.6 -2.6 -2.6 0 0 0       (eV)
     Feature   config_type bulk
    END_CFG

``PlusStress`` is the virial, :math:`-\mathrm dE/\mathrm d\varepsilon = -V \times` stress, in eV: a
cell of stretched copper has −2.65 eV where LAMMPS with MLIP-2 gives a pressure of −77417 bar
(gitlab.com/ashapeev/mlip-3, issue 21).  Types are numbers from 0; a file may also hold chemical
symbols in their place.

Described in: I. S. Novikov, K. Gubaev, E. V. Podryabinkin, A. V. Shapeev, Mach. Learn.: Sci.
Technol. 2 (2021) 025002.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from potlearn.data.formats.base import Format, Item, Opened
from potlearn.data.formats.values import atomic_numbers, numbers_of_types, shown, type_map
from potlearn.data.frames import Frame
from potlearn.data.tokens import column, real
from potlearn.errors import DataError
from potlearn.typing import Settings

_BEGIN, _END = "BEGIN_CFG", "END_CFG"
_VOIGT = ("xx", "yy", "zz", "yz", "xz", "xy")
_CARTESIAN, _DIRECT = (tuple(f"{kind}_{axis}" for axis in "xyz") for kind in ("cartes", "direct"))
_FORCES = ("fx", "fy", "fz")


def _claims(path: Path, head: bytes) -> bool:
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_BEGIN.encode())


def _items(opened: Opened) -> Iterator[Item]:
    elements = type_map(Path(opened.name).parent) or opened.elements
    for number, lines in enumerate(_blocks(opened)):
        yield _Block(lines, f"{opened.name}:{number}").frame(elements)


def _blocks(opened: Opened) -> Iterator[Iterator[tuple[int, str]]]:
    """Numbered lines of each configuration without its first and last line."""
    block: list[tuple[int, str]] | None = None
    begin = 0
    for number, line in _lines(opened):
        word = line.strip()
        if word == _BEGIN and block is None:
            block, begin = [], number
        elif word == _END and block is not None:
            yield iter(block)
            block = None
        elif word == _BEGIN or (block is None and word):
            expected = _END if word == _BEGIN else _BEGIN
            raise DataError(
                f"{opened.name}: line {number} is {shown(word)}; expected {expected} before it"
            )
        elif block is not None and word:
            block.append((number, line))
    if block is not None:
        raise DataError(
            f"{opened.name}: file ends inside the configuration of line {begin}: no {_END}; is the "
            "file truncated?"
        )


def _lines(opened: Opened) -> Iterator[tuple[int, str]]:
    try:
        with opened.path.open(encoding="utf-8-sig") as file:
            yield from enumerate(file, 1)
    except UnicodeDecodeError as error:
        raise DataError(f"{opened.name}: not UTF-8 text: {error}") from error


class _Block:
    """The lines of one configuration, read from top to bottom."""

    def __init__(self, lines: Iterator[tuple[int, str]], source: str) -> None:
        self.lines, self.source = lines, source
        self.held: tuple[int, str] | None = None
        self.size: int | None = None
        self.cell = np.zeros((3, 3))
        self.pbc = np.zeros(3, bool)
        self.columns: dict[str, list[str]] = {}
        self.energy: float | None = None
        self.virial: dict[str, float] = {}
        self.info: Settings = {}

    def frame(self, elements: tuple[str, ...]) -> Frame:
        """The configuration."""
        while (entry := self._next()) is not None:
            self._section(*entry)
        missing = {*_CARTESIAN} - {*self.columns} and {*_DIRECT} - {*self.columns}
        if missing or "type" not in self.columns:
            raise DataError(f"{self.source}: AtomData lacks types or positions cartes_x, ...")
        results: Settings = {} if self.energy is None else {"energy": self.energy}
        numbers = self._numbers(elements)
        positions = self._positions()
        if {*_FORCES} <= {*self.columns}:
            results["forces"] = self._vectors(_FORCES)
        if self.virial:
            self.info["virial"] = np.array([self.virial[key] for key in _VOIGT])
        arrays = {name: self._column(name) for name in self.columns}
        return Frame(numbers, positions, self.cell, self.pbc, self.info, arrays, results)

    def _next(self) -> tuple[int, str] | None:
        entry, self.held = self.held, None
        return entry or next(self.lines, None)

    def _section(self, number: int, line: str) -> None:
        """One section of the configuration, which starts at this line."""
        name, *rest = line.split()
        key = name.rstrip(":").lower()
        if key == "size":
            self.size = self._integer(*self._row(key))
        elif key == "supercell":
            self._supercell()
        elif key == "atomdata":
            self._atoms(rest, number)
        elif key == "energy":
            self.energy = self._reals(*self._row(key), n=1)[0]
        elif key == "plusstress":
            self._stress(rest, number)
        elif key == "feature":
            if rest:
                self.info[rest[0]] = _value(" ".join(rest[1:]))
        else:
            hint = "; expected PlusStress:" if key in ("stress", "virial") else ""
            raise DataError(f"{self.source}, line {number}: unknown section {shown(name)}{hint}")

    def _row(self, section: str) -> tuple[list[str], int]:
        """Words of the next line, and its number."""
        entry = self._next()
        if entry is None:
            raise DataError(f"{self.source}: {section} ends before its values")
        return entry[1].split(), entry[0]

    def _supercell(self) -> None:
        for k in range(3):
            entry = self._next()
            if entry is None or entry[1].split()[0][0].isalpha():
                self.held = entry
                return
            self.cell[k] = self._reals(entry[1].split(), entry[0], n=3)
            self.pbc[k] = bool(self.cell[k].any())

    def _atoms(self, names: list[str], number: int) -> None:
        """Columns of the atoms by name, as words."""
        if self.size is None or not names or len({*names}) < len(names):
            raise DataError(
                f"{self.source}, line {number}: expected Size before AtomData, and names of its "
                "columns, each once"
            )
        rows = []
        for atom in range(self.size):
            words, line = self._row(f"AtomData (atom {atom} of {self.size})")
            if len(words) != len(names):
                raise DataError(
                    f"{self.source}, line {line}: {len(words)} columns, expected {len(names)}"
                )
            rows.append(words)
        by_column = list(zip(*rows, strict=True)) or [()] * len(names)
        self.columns = {n: list(words) for n, words in zip(names, by_column, strict=True)}
        self.columns.pop("id", None)

    def _stress(self, names: list[str], number: int) -> None:
        values = self._reals(*self._row("PlusStress"), n=6)
        if sorted(names) != sorted(_VOIGT):
            raise DataError(
                f"{self.source}, line {number}: PlusStress of {' '.join(names)}; expected "
                f"{' '.join(_VOIGT)}"
            )
        self.virial = dict(zip(names, values, strict=True))

    def _numbers(self, elements: tuple[str, ...]) -> NDArray[np.int64]:
        words = self.columns.pop("type")
        if words and words[0][0].isalpha():
            return atomic_numbers(words, self.source)
        types = [self._integer([word], None) for word in words]
        return numbers_of_types(np.array(types, np.int64), elements, self.source)

    def _positions(self) -> NDArray[np.float64]:
        if {*_CARTESIAN} <= {*self.columns}:
            return self._vectors(_CARTESIAN)
        return self._vectors(_DIRECT) @ self.cell

    def _vectors(self, names: tuple[str, ...]) -> NDArray[np.float64]:
        columns = [self._column(name) for name in names]
        for name in names:
            del self.columns[name]
        return np.stack(columns, axis=1)

    def _column(self, name: str) -> NDArray[np.float64]:
        return column(self.columns[name], "R", name, self.source)

    def _reals(self, words: list[str], number: int, n: int) -> list[float]:
        values = [value for word in words if (value := _real(word)) is not None]
        if len(values) != n or len(words) != n:
            raise DataError(
                f"{self.source}, line {number}: expected {n} number{'s' * (n > 1)}, got "
                f"{shown(' '.join(words))}"
            )
        return values

    def _integer(self, words: list[str], number: int | None) -> int:
        """A whole number of at most nine digits."""
        text = words[0] if len(words) == 1 else " ".join(words)
        if not (text.isascii() and text.isdigit() and len(text) <= 9):
            place = self.source if number is None else f"{self.source}, line {number}"
            raise DataError(f"{place}: expected a whole number, got {shown(text)}")
        return int(text)


def _real(word: str) -> float | None:
    try:
        return real(word)
    except ValueError:
        return None


def _value(text: str) -> Any:
    """A number where the text of a feature is one."""
    number = _real(text)
    return text if number is None else number


MTP = Format(_claims, _items)
