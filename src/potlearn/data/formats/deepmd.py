r"""Systems of DeePMD-kit: folders with ``type.raw`` and ``set.000/*.npy``, or ``*.raw`` alone.

A system has the same atoms in every frame.  Its folder holds

=====================  ====================================================================
``type.raw``           type of each atom, from 0
``type_map.raw``       elements in the order of the types
``nopbc``              an empty file: no periodicity, the box is not used
``set.*/coord.npy``    positions, (frames, 3 N), Å
``set.*/box.npy``      cell vectors, (frames, 9), Å
``set.*/energy.npy``   (frames,), eV
``set.*/force.npy``    (frames, 3 N), eV/Å
``set.*/virial.npy``   :math:`-\mathrm dE/\mathrm d\varepsilon` = −V × stress, (frames, 9), eV
=====================  ====================================================================

With ``set.*/real_atom_types.npy`` (frames, N; −1 for no atom) the frames of a system have atoms of
their own.  In a folder of systems, at any depth, the path of a system is the group of its frames.

Source: the pages *System* and *Formats of a system* of DeePMD-kit's documentation; sign of the
virial: dpdata, which takes VASP's pressure tensor times the volume.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from potlearn.data.formats.base import Format, Item, Opened
from potlearn.data.formats.npy import numbers_of
from potlearn.data.formats.values import numbers_of_types, small_text, type_map
from potlearn.data.frames import Frame
from potlearn.errors import DataError
from potlearn.typing import Settings

TYPES = "type.raw"
DEPTH = 6
"""Folders below the given one in which systems are looked for."""
_NAMES = ("coord", "box", "energy", "force", "virial", "real_atom_types")


def _claims(path: Path, head: bytes) -> bool:
    return path.is_dir() and next(_systems(path), None) is not None


def _systems(folder: Path) -> Iterator[Path]:
    """Folders of systems in a folder, itself included, in sorted order."""
    for place, folders, files in os.walk(folder):
        if len(Path(place).relative_to(folder).parts) >= DEPTH:
            folders.clear()
        folders[:] = sorted(name for name in folders if not name.startswith("set."))
        if TYPES in files:
            yield Path(place)


def _items(opened: Opened) -> Iterator[Item]:
    systems = (_System.of(path, opened) for path in _systems(opened.path))
    return chain.from_iterable(system.frames() for system in systems)


@dataclass(frozen=True)
class _System:
    """One system; ``group`` is its path in the folder that was asked for."""

    path: Path
    elements: tuple[str, ...]
    types: NDArray[np.int64]
    group: str

    @classmethod
    def of(cls, path: Path, opened: Opened) -> _System:
        elements = type_map(path) or opened.elements
        group = path.relative_to(opened.path).as_posix()
        return cls(path, elements, _types(path / TYPES), group)

    def frames(self) -> Iterator[Frame]:
        """The frames of all sets, one set after the other."""
        sets = sorted(p for p in self.path.glob("set.*") if p.is_dir())
        if not sets and not (self.path / "coord.raw").is_file():
            raise DataError(f"{self.path}: has {TYPES}, but no folder set.000 and no coord.raw")
        for place in sets or [self.path]:
            arrays = _arrays(place, ".npy" if sets else ".raw", len(self.types))
            yield from (self._frame(arrays, k, place) for k in range(len(arrays["coord"])))

    def _frame(self, arrays: Mapping[str, NDArray[np.number]], k: int, place: Path) -> Frame:
        row = {name: np.array(array[k], np.float64) for name, array in arrays.items()}
        source = f"{place}, frame {k}"
        periodic = not (self.path / "nopbc").exists()
        if periodic and "box" not in row:
            raise DataError(f"{place}: no box; expected one, or a file nopbc in {self.path}")
        cell = row["box"].reshape(3, 3) if periodic else np.zeros((3, 3))
        present, numbers = self._atoms(row, source)
        results: Settings = {}
        if "energy" in row:
            results["energy"] = float(row["energy"].item())
        if "force" in row:
            results["forces"] = row["force"].reshape(-1, 3)[present]
        info: Settings = {} if self.group == "." else {"config_type": self.group}
        if "virial" in row:
            info["virial"] = row["virial"].reshape(3, 3)
        return Frame(
            numbers=numbers,
            positions=row["coord"].reshape(-1, 3)[present],
            cell=cell,
            pbc=np.full(3, periodic),
            info=info,
            results=results,
        )

    def _atoms(
        self, row: Mapping[str, NDArray[np.float64]], source: str
    ) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """Which places hold atoms, and their atomic numbers."""
        own = row.get("real_atom_types")
        types = self.types if own is None else _whole(own, source)
        present = np.full(len(types), True) if own is None else types >= 0
        return present, numbers_of_types(types[present], self.elements, source)


def _types(path: Path) -> NDArray[np.int64]:
    words = small_text(path).split()
    for atom, word in enumerate(words):
        if not (word.isascii() and word.isdigit() and len(word) <= 9):
            raise DataError(f"{path}: type of atom {atom} is {word[:20]!r}; expected 0, 1, ...")
    return np.array(words, np.int64) if words else np.zeros(0, np.int64)


def _whole(values: NDArray[np.float64], source: str) -> NDArray[np.int64]:
    if not (np.isfinite(values).all() and (np.abs(values) < 1e9).all()):
        raise DataError(f"{source}: real_atom_types holds numbers that are not types")
    return values.astype(np.int64)


def _arrays(place: Path, suffix: str, n_atoms: int) -> dict[str, NDArray[np.number]]:
    """The arrays of a set, each with one row a frame."""
    widths = {"coord": 3 * n_atoms, "force": 3 * n_atoms, "box": 9, "virial": 9, "energy": 1}
    widths["real_atom_types"] = n_atoms
    arrays: dict[str, NDArray[np.number]] = {}
    for name in _NAMES:
        path = place / f"{name}{suffix}"
        if path.is_file():
            array = numbers_of(path) if suffix == ".npy" else _table(path)
            arrays[name] = _rows(array, widths[name], path)
    if "coord" not in arrays:
        raise DataError(f"{place}: no coord{suffix}; expected the positions of the atoms")
    counts = {name: len(array) for name, array in arrays.items()}
    if len({*counts.values()}) > 1:
        shown = ", ".join(f"{name} {count}" for name, count in counts.items())
        raise DataError(f"{place}: the arrays differ in their number of frames: {shown}")
    return arrays


def _rows(array: NDArray[np.number], width: int, path: Path) -> NDArray[np.number]:
    """The array as one row of ``width`` numbers a frame."""
    frames = array.size // width if width else 0
    if frames * width != array.size or (array.ndim > 0 and len(array) not in (frames, array.size)):
        raise DataError(f"{path}: has shape {array.shape}; expected {width} numbers for each frame")
    return array.reshape(frames, width)


def _table(path: Path) -> NDArray[np.number]:
    """Numbers of a text file."""
    words = small_text(path).split()
    try:
        return np.array([float(word) for word in words], np.float64)
    except ValueError as error:
        raise DataError(f"{path}: {str(error)[:80]}; expected numbers") from error


DEEPMD = Format(_claims, _items)
