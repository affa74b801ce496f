"""Reads labelled configurations from files: one pass, linear time, bounded memory.

Extended XYZ is parsed here and stays on disk: an uncompressed file is read again at each access, a
compressed one is decompressed once into a spool (memory up to 256 MiB, then a temporary file).
Other formats (:mod:`potlearn.data.formats`, and beyond them ASE) go one configuration after the
other into the spool.  The pass checks every configuration and every label, so that a dataset in
hand is a dataset that can be used.
"""

from __future__ import annotations

import glob
import logging
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import TypeVar

from potlearn.data.catalog import CatalogBuilder
from potlearn.data.dataset import Dataset
from potlearn.data.extxyz import parse_frame, scan
from potlearn.data.formats.ase_files import ase_items
from potlearn.data.formats.base import Item, LeftOut, Opened, Partial
from potlearn.data.formats.database import url_items
from potlearn.data.formats.table import FORMATS, head_of, recognise
from potlearn.data.formats.urls import database_url, shown_address
from potlearn.data.frames import Frame, check_frame, frame_from_atoms
from potlearn.data.labels import LabelKeys, labelled
from potlearn.data.labels.keys import KeyNames, OnNan
from potlearn.data.recognition import recognised
from potlearn.data.remarks import Remarks
from potlearn.data.stores import SpooledFrames, SpooledText, Store, TextFile
from potlearn.data.streams import COMPRESSIONS, Spool, inner_suffix, open_stream
from potlearn.data.where import Conditions
from potlearn.errors import DataError
from potlearn.typing import Atoms

PathLike = str | os.PathLike[str]
Keys = LabelKeys | KeyNames
Thing = TypeVar("Thing")
LOGGER = logging.getLogger("potlearn")
_XYZ = (".xyz", ".extxyz", ".exyz")


def read(
    paths: PathLike | Iterable[PathLike],
    keys: Keys | None = None,
    index: slice | int | None = None,
    types: Sequence[str] = (),
    *,
    nan: OnNan | None = None,
    units: Mapping[str, str] | None = None,
    where: Conditions | None = None,
) -> Dataset:
    """Read the configurations of one or several files.

    The logger "potlearn" warns of what is left out (steps of VASP that did not converge, a stress
    without unit), on stderr by default.

    Parameters
    ----------
    paths : path, or iterable of paths
        Extended XYZ, files of MTP, FitSNAP and VASP, databases of ASE, and any other file that
        ASE reads, also compressed (``.xz``, ``.gz``, ``.bz2``, ``.zst``); a folder of DeePMD-kit;
        a database of ASE on a PostgreSQL server (``"postgresql://..."``); or a pattern such as
        ``"train/*.extxyz"`` (files in sorted order).
    keys : mapping or LabelKeys, optional
        Names of the labels in the files, e.g. ``{"energy": "dft_energy"}``; see
        :class:`~potlearn.data.labels.LabelKeys` for the defaults.
        Where no configuration has any of these, other spellings (``force``, ``dft_energy``) are
        recognised; :meth:`~potlearn.data.Dataset.label_report` says which.
    index : slice or int, optional
        Which configurations of each file to take; all by default.
    types : sequence of str, optional
        Elements of the types 0, 1, ... in files that hold types instead of elements (MLIP,
        DeePMD-kit); a file ``type_map.raw`` beside the data comes first.
    nan : "error" or "missing", optional
        Whether NaN in a label is refused (the default), or means that there is no label.
    units : mapping, optional
        Units of the labels, where the file does not state them, e.g. ``{"stress": "kbar"}``; of
        ``energy``, ``forces``, ``stress``, ``virial``, ``length``.
    where : mapping, optional
        Keep the configurations whose info has these values, e.g. ``{"charge": 0}``; a list means
        any of its values.  See :meth:`~potlearn.data.Dataset.where`.

    Raises
    ------
    DataError
        A file is absent, empty, truncated or malformed, a label is not finite or has a wrong
        shape, a unit is not known, a named key occurs nowhere, or no configuration is ``where``.
    """
    dataset, notes = read_with_notes(paths, keys, index, types, nan=nan, units=units)
    for note in notes:
        LOGGER.warning("%s", note)
    return dataset.where(where) if where else dataset


def read_with_notes(
    paths: PathLike | Iterable[PathLike],
    keys: Keys | None = None,
    index: slice | int | None = None,
    types: Sequence[str] = (),
    *,
    nan: OnNan | None = None,
    units: Mapping[str, str] | None = None,
) -> tuple[Dataset, tuple[str, ...]]:
    """As :func:`read`; what is left out is returned as sentences, and not logged."""
    label_keys = LabelKeys.of(keys).reading(nan, units)
    reading = _Reading(label_keys, _as_slice(index), tuple(types))
    for path in _expand(paths):
        reading.read(path)
    return reading.finish(), reading.remarks.lines()


def from_atoms(
    configurations: Iterable[Atoms],
    keys: Keys | None = None,
    name: str = "atoms",
    *,
    nan: OnNan | None = None,
    units: Mapping[str, str] | None = None,
) -> Dataset:
    """Make a dataset of ``ase.Atoms`` in memory; sources are ``"name:0"``, ``"name:1"``, ...

    ``keys``, ``nan`` and ``units`` as for :func:`read`.
    """
    reading = _Reading(LabelKeys.of(keys).reading(nan, units))
    reading.take(map(frame_from_atoms, configurations), name)
    return reading.finish()


def _expand(paths: PathLike | Iterable[PathLike]) -> Iterator[Path]:
    """The files; patterns are expanded."""
    given = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    if not given:
        raise DataError("no files to read")
    for item in given:
        folder, pattern = _split_pattern(os.fspath(item))
        if database_url(item) is not None or not glob.has_magic(pattern):
            yield Path(item)
            continue
        matches = sorted(glob.glob(os.path.join(glob.escape(folder), pattern), recursive=True))
        if not matches:
            raise DataError(f"{item}: no file matches this pattern")
        yield from map(Path, matches)


def _split_pattern(path: str) -> tuple[str, str]:
    """What exists under its own name, brackets or not, and the rest, which may be a pattern."""
    parts = Path(path).parts
    for n in range(len(parts), 0, -1):
        parent = os.path.join(*parts[:n])
        if os.path.lexists(parent):
            return parent, os.path.join("", *parts[n:])
    return "", path


def _as_slice(index: slice | int | None) -> slice:
    """An integer is a slice of one."""
    if isinstance(index, int):
        return slice(index, index + 1 or None)
    return index if index is not None else slice(None)


@dataclass(frozen=True)
class _Reading:
    """One pass over files: what is asked for, and what was read."""

    keys: LabelKeys
    index: slice = field(default_factory=lambda: slice(None))
    types: tuple[str, ...] = ()
    builder: CatalogBuilder = field(default_factory=CatalogBuilder)
    spool: Spool = field(default_factory=Spool)
    remarks: Remarks = field(default_factory=Remarks)

    def read(self, path: Path) -> None:
        """Enter the chosen configurations of one file, folder or database."""
        before = self.builder.n_entries
        url = database_url(path)
        name = shown_address(path)
        if url is None:
            self._read_path(path)
        else:
            self.take(url_items(url), name)
        if self.builder.n_entries == before and self.index == slice(None):
            left_out = "".join(f"; {line}" for line in self.remarks.lines())
            raise DataError(f"{name}: file holds no configuration; expected at least one{left_out}")

    def _read_path(self, path: Path) -> None:
        _check_path(path)
        kind = recognise(path)
        if kind is None and path.is_dir():
            raise DataError(
                f"{path}: is a folder; expected a file, a pattern such as {path}/*.xyz, or a "
                "folder of DeePMD-kit (type.raw)"
            )
        if kind is None and is_extxyz(path):
            self._text(path)
        else:
            with _decompressed(path) as plain:
                opened = Opened(plain, str(path), self.types)
                items = ase_items if kind is None else FORMATS[kind].items
                self.take(items(opened), str(path))

    def _text(self, path: Path) -> None:
        """Scan, check and enter an extended XYZ file in one pass."""
        compressed = path.suffix.lower() in COMPRESSIONS
        store: Store = SpooledText(self.spool) if compressed else TextFile.of(path)
        self.builder.add_file(store, str(path))
        with open_stream(path) as stream:
            chosen = _choose(enumerate(scan(stream, str(path))), self.index)
            for number, (offset, text) in chosen:
                source = f"{path}:{number}"
                frame = parse_frame(text, source)
                check_frame(frame, source)
                frame, labels, found = labelled(frame, self.keys, source)
                place = self.spool.append(text) if compressed else offset
                self.builder.add(frame, labels, found, number, place, len(text))

    def take(self, items: Iterable[Item], name: str) -> None:
        """Enter the chosen configurations of a file that is not read again."""
        store = SpooledFrames(self.spool)
        self.builder.add_file(store, name)
        for number, item in _choose(enumerate(items), self.index):
            source = f"{name}:{number}"
            if isinstance(item, LeftOut | Partial):
                self.remarks.add(item.reason, source)
            if not isinstance(item, LeftOut):
                frame = item.frame if isinstance(item, Partial) else item
                self._enter(frame, number, store, source)

    def _enter(self, frame: Frame, number: int, store: SpooledFrames, source: str) -> None:
        """Check one configuration, store it and enter it."""
        check_frame(frame, source)
        converted, labels, found = labelled(frame, self.keys, source)
        offset, size = store.append(frame, source)
        self.builder.add(converted, labels, found, number, offset, size)

    def finish(self) -> Dataset:
        """The dataset of all that was entered."""
        self.spool.flush()
        dataset = recognised(Dataset(self.builder.build(), self.keys, self.builder.cache))
        _check_named_keys(dataset)
        return dataset


def _check_path(path: Path) -> None:
    """Refuse what is not there or empty."""
    if not path.exists():
        raise DataError(f"{path}: no such file")
    if path.is_file() and path.stat().st_size == 0:
        raise DataError(f"{path}: file is empty; expected at least one configuration")


def is_extxyz(path: Path) -> bool:
    """By suffix, or by the first two lines where the suffix says nothing."""
    if inner_suffix(path) in _XYZ:
        return True
    first, _, rest = head_of(path).partition(b"\n")
    return first.strip().isdigit() and b"Properties=" in rest.partition(b"\n")[0]


def _choose(frames: Iterable[Thing], index: slice) -> Iterable[Thing]:
    """Apply a slice to a stream: without holding it where the slice counts from the start."""
    parts = (index.start, index.stop, index.step)
    if all(part is None or part >= 0 for part in parts):
        return islice(frames, *parts)
    return list(frames)[index]


@contextmanager
def _decompressed(path: Path) -> Iterator[Path]:
    """The file itself, or a temporary plain copy of a compressed one with the inner suffix."""
    if path.is_dir() or path.suffix.lower() not in COMPRESSIONS:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="potlearn-") as folder:
        plain = Path(folder) / path.with_suffix("").name
        with open_stream(path) as stream, plain.open("wb") as file:
            shutil.copyfileobj(stream, file, 2**20)
        yield plain


def _check_named_keys(dataset: Dataset) -> None:
    """A key that the user named must occur somewhere.

    Raises
    ------
    DataError
        Suggesting the nearest key that does occur.
    """
    if not len(dataset):
        return
    report = dataset.label_report()
    seen = {*report.unused}.union(*report.found.values())
    for quantity, names in dataset.keys.named().items():
        if not seen.intersection(names):
            near = get_close_matches(names[0], _keys_of(dataset, 0), n=1)
            hint = f"; did you mean {near[0]!r}" if near else ""
            raise DataError(
                f"{dataset.source(0)}: no configuration has the key "
                f"{' or '.join(map(repr, names))} named for {quantity}{hint}; "
                f"the first configuration has {sorted(_keys_of(dataset, 0))}"
            )


def _keys_of(dataset: Dataset, index: int) -> list[str]:
    """All keys of a configuration."""
    atoms = dataset[index]
    results = atoms.calc.results if atoms.calc is not None else {}
    arrays = set(atoms.arrays) - {"numbers", "positions"}
    return [*atoms.info, *arrays, *results]
