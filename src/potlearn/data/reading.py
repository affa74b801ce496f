"""Reads labelled configurations from files: one pass, linear time, bounded memory.

Extended XYZ is parsed here and stays on disk: an uncompressed file is read again at each access, a
compressed one is decompressed once into a spool (memory up to 256 MiB, then a temporary file).
Every other format goes through ASE, one configuration after the other, into a spool.  The pass
checks every configuration and every label, so that a dataset in hand is a dataset that can be
used.
"""

from __future__ import annotations

import glob
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import TypeVar

from potlearn.data.catalog import CatalogBuilder
from potlearn.data.dataset import Dataset
from potlearn.data.extxyz import parse_frame, scan
from potlearn.data.frames import Frame, check_frame, frame_from_atoms
from potlearn.data.labels import LabelKeys, resolve
from potlearn.data.stores import SpooledFrames, SpooledText, Store, TextFile
from potlearn.data.streams import COMPRESSIONS, Spool, inner_suffix, open_stream
from potlearn.errors import DataError
from potlearn.typing import Atoms

PathLike = str | os.PathLike[str]
Keys = LabelKeys | Mapping[str, str | Iterable[str] | None]
Item = TypeVar("Item")
_XYZ = (".xyz", ".extxyz", ".exyz")


def read(
    paths: PathLike | Iterable[PathLike], keys: Keys | None = None, index: slice | int | None = None
) -> Dataset:
    """Read the configurations of one or several files.

    Parameters
    ----------
    paths : path, or iterable of paths
        Any file that ASE reads, also compressed (``.xz``, ``.gz``, ``.bz2``, ``.zst``), or a
        pattern such as ``"train/*.extxyz"`` (files in sorted order).
    keys : mapping or LabelKeys, optional
        Names of the labels in the files, e.g. ``{"energy": "dft_energy"}``; see
        :class:`~potlearn.data.labels.LabelKeys` for the defaults.
    index : slice or int, optional
        Which configurations of each file to take; all by default.

    Raises
    ------
    DataError
        A file is absent, empty, truncated or malformed, a label is not finite or has a wrong
        shape, or a named key occurs nowhere.
    """
    label_keys = LabelKeys.of(keys)
    builder = CatalogBuilder()
    spool = Spool()
    for path in _expand(paths):
        _read_file(path, builder, label_keys, spool, _as_slice(index))
    spool.flush()
    dataset = Dataset(builder.build(), label_keys, builder.cache)
    _check_named_keys(dataset)
    return dataset


def from_atoms(
    configurations: Iterable[Atoms], keys: Keys | None = None, name: str = "atoms"
) -> Dataset:
    """Make a dataset of ``ase.Atoms`` in memory; sources are ``"name:0"``, ``"name:1"``, ..."""
    label_keys = LabelKeys.of(keys)
    builder, store = CatalogBuilder(), SpooledFrames()
    builder.add_file(store, name)
    for number, atoms in enumerate(configurations):
        _enter(builder, frame_from_atoms(atoms), label_keys, number, store, f"{name}:{number}")
    store.spool.flush()
    dataset = Dataset(builder.build(), label_keys, builder.cache)
    _check_named_keys(dataset)
    return dataset


def _expand(paths: PathLike | Iterable[PathLike]) -> Iterator[Path]:
    """The files; patterns are expanded."""
    given = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    if not given:
        raise DataError("no files to read")
    for item in given:
        path = os.fspath(item)
        if not os.path.exists(path) and glob.has_magic(path):
            matches = sorted(glob.glob(path, recursive=True))
            if not matches:
                raise DataError(f"{path}: no file matches this pattern")
            yield from map(Path, matches)
        else:
            yield Path(path)


def _as_slice(index: slice | int | None) -> slice:
    """An integer is a slice of one."""
    if isinstance(index, int):
        return slice(index, index + 1 or None)
    return index if index is not None else slice(None)


def _read_file(
    path: Path, builder: CatalogBuilder, keys: LabelKeys, spool: Spool, index: slice
) -> None:
    """Enter the chosen configurations of one file."""
    if path.is_dir():
        raise DataError(f"{path}: is a folder; expected a file, or a pattern such as {path}/*.xyz")
    if not path.exists():
        raise DataError(f"{path}: no such file")
    if path.stat().st_size == 0:
        raise DataError(f"{path}: file is empty; expected at least one configuration")
    before = builder.n_entries
    if _is_extxyz(path):
        _read_extxyz(path, builder, keys, spool, index)
    else:
        _read_with_ase(path, builder, keys, index)
    if builder.n_entries == before and index == slice(None):
        raise DataError(f"{path}: file holds no configuration; expected at least one")


def _is_extxyz(path: Path) -> bool:
    """By suffix, or by the first two lines where the suffix says nothing."""
    if inner_suffix(path) in _XYZ:
        return True
    with open_stream(path) as stream:
        return stream.readline(64).strip().isdigit() and b"Properties=" in stream.readline(4096)


def _read_extxyz(
    path: Path, builder: CatalogBuilder, keys: LabelKeys, spool: Spool, index: slice
) -> None:
    """Scan, check and enter an extended XYZ file in one pass."""
    compressed = path.suffix.lower() in COMPRESSIONS
    store: Store = SpooledText(spool) if compressed else TextFile.of(path)
    builder.add_file(store, str(path))
    with open_stream(path) as stream:
        chosen = _choose(enumerate(scan(stream, str(path))), index)
        for number, (offset, text) in chosen:
            source = f"{path}:{number}"
            frame = parse_frame(text, source)
            check_frame(frame, source)
            labels, found = resolve(frame, keys, source)
            place = spool.append(text) if compressed else offset
            builder.add(frame, labels, found, number, place, len(text))


def _choose(frames: Iterable[Item], index: slice) -> Iterable[Item]:
    """Apply a slice to a stream: without holding it where the slice counts from the start."""
    parts = (index.start, index.stop, index.step)
    if all(part is None or part >= 0 for part in parts):
        return islice(frames, *parts)
    return list(frames)[index]


def _read_with_ase(path: Path, builder: CatalogBuilder, keys: LabelKeys, index: slice) -> None:
    """Enter the configurations of a file in one of ASE's formats."""
    store = SpooledFrames()
    builder.add_file(store, str(path))
    with _decompressed(path) as plain:
        for number, atoms in _choose(enumerate(_iread(plain, path)), index):
            _enter(builder, frame_from_atoms(atoms), keys, number, store, f"{path}:{number}")
    store.spool.flush()


def _enter(
    builder: CatalogBuilder,
    frame: Frame,
    keys: LabelKeys,
    number: int,
    store: SpooledFrames,
    source: str,
) -> None:
    """Check one configuration, store it and enter it."""
    check_frame(frame, source)
    labels, found = resolve(frame, keys, source)
    offset, size = store.append(frame)
    builder.add(frame, labels, found, number, offset, size)


@contextmanager
def _decompressed(path: Path) -> Iterator[Path]:
    """The file itself, or a temporary plain copy of a compressed one with the inner suffix."""
    if path.suffix.lower() not in COMPRESSIONS:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="potlearn-") as folder:
        plain = Path(folder) / path.with_suffix("").name
        with open_stream(path) as stream, plain.open("wb") as file:
            shutil.copyfileobj(stream, file, 2**20)
        yield plain


def _iread(plain: Path, path: Path) -> Iterator[Atoms]:
    """ASE's reader; whatever it raises becomes a :class:`DataError`."""
    from ase.io import iread
    from ase.io.formats import UnknownFileTypeError

    try:
        yield from iread(str(plain), index=":", do_not_split_by_at_sign=True)
    except UnknownFileTypeError as error:
        raise DataError(f"{path}: not a structure file that ASE knows") from error
    except Exception as error:  # ASE's readers raise anything on malformed input
        raise DataError(
            f"{path}: ASE cannot read this file: {type(error).__name__}: {error}"
        ) from error


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
