"""What is remembered of every configuration: a few numbers each, however large the files."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from potlearn.data.frame_cache import FrameCache
from potlearn.data.frames import Frame, digests
from potlearn.data.isolated import image_distance
from potlearn.data.labels import KeysFound, Labels
from potlearn.data.stores import Store

Composition = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Catalog:
    """Table with one entry per configuration, and the lists its integer columns index.

    Attributes
    ----------
    stores, names :
        Where the files' configurations live, and the files' names; indexed by ``file``.
    groups, compositions, keys :
        Distinct groups, compositions ((Z, count), ...) and label keys; indexed by ``group``,
        ``composition`` and ``key``.
    file, number, offset, size : (n,) int64
        File of each configuration, its 0-based frame in it, and its place in the store.
    n_atoms : (n,) int64
        Atoms of each configuration.
    energy : (n,) float64
        Total energy in eV, NaN without label.
    n_forces : (n,) int64
        Atoms with labelled forces.
    stressed : (n,) bool
        Whether there is a stress.
    image : (n,) float64
        Distance of the nearest periodic image of a single atom, in Å: inf without one; 0 for
        several atoms.
    rms_force : (n,) float64
        Root mean square of the force components, in eV/Å; 0 without labels.
    digest, geometry : (n,) V16
        Fingerprints of geometry and labels, and of the geometry alone.
    """

    stores: tuple[Store, ...]
    names: tuple[str, ...]
    groups: tuple[str, ...]
    compositions: tuple[Composition, ...]
    keys: tuple[KeysFound, ...]
    file: NDArray[np.int64]
    number: NDArray[np.int64]
    offset: NDArray[np.int64]
    size: NDArray[np.int64]
    n_atoms: NDArray[np.int64]
    group: NDArray[np.int64]
    composition: NDArray[np.int64]
    key: NDArray[np.int64]
    energy: NDArray[np.float64]
    n_forces: NDArray[np.int64]
    stressed: NDArray[np.bool_]
    image: NDArray[np.float64]
    rms_force: NDArray[np.float64]
    digest: NDArray[np.void]
    geometry: NDArray[np.void]

    def __len__(self) -> int:
        return len(self.file)

    def source(self, index: int) -> str:
        """File and 0-based frame of a configuration: ``"file.extxyz:17"``."""
        return f"{self.names[self.file[index]]}:{self.number[index]}"

    def take(self, indices: NDArray[np.int64]) -> Catalog:
        """The same lists with some of the entries."""
        return replace(self, **{name: getattr(self, name)[indices] for name in COLUMNS})


COLUMNS = tuple(f.name for f in fields(Catalog))[5:]
_TYPES: dict[str, Any] = {
    "energy": np.float64,
    "stressed": np.bool_,
    "image": np.float64,
    "rms_force": np.float64,
    "digest": "V16",
    "geometry": "V16",
}


class CatalogBuilder:
    """Collects the entries in one pass."""

    def __init__(self) -> None:
        self._stores: list[Store] = []
        self._names: list[str] = []
        self._lists: tuple[dict[Any, int], ...] = ({}, {}, {})
        self._columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
        self.cache = FrameCache()

    @property
    def n_entries(self) -> int:
        """Configurations entered so far."""
        return len(self._columns["file"])

    def add_file(self, store: Store, name: str) -> None:
        """Start a file; the entries that follow belong to it."""
        self._stores.append(store)
        self._names.append(name)

    def add(
        self, frame: Frame, labels: Labels, keys: KeysFound, number: int, offset: int, size: int
    ) -> None:
        """Enter one configuration of the current file."""
        counts = np.bincount(frame.numbers)
        kinds = np.flatnonzero(counts)
        composition = tuple(zip(kinds.tolist(), counts[kinds].tolist(), strict=True))
        n_atoms, mask = len(frame.numbers), labels.force_mask
        labelled = n_atoms if mask is None else int(mask.sum())
        values = (labels.energy, labels.forces, labels.stress, mask)
        geometry, whole = digests(frame, values)
        entry = {
            "file": len(self._names) - 1,
            "number": number,
            "offset": offset,
            "size": size,
            "n_atoms": n_atoms,
            "group": _intern(self._lists[0], frame.group),
            "composition": _intern(self._lists[1], composition),
            "key": _intern(self._lists[2], keys),
            "energy": np.nan if labels.energy is None else labels.energy,
            "n_forces": 0 if labels.forces is None else labelled,
            "stressed": labels.stress is not None,
            "image": image_distance(frame),
            "rms_force": _rms(labels.forces),
            "digest": whole,
            "geometry": geometry,
        }
        self.cache.put(self.n_entries, (frame, labels))
        for name, value in entry.items():
            self._columns[name].append(value)

    def build(self) -> Catalog:
        """The finished table."""
        columns: dict[str, Any] = {
            name: np.array(values, dtype=_TYPES.get(name, np.int64))
            for name, values in self._columns.items()
        }
        groups, compositions, keys = (tuple(entries) for entries in self._lists)
        return Catalog(
            stores=tuple(self._stores),
            names=tuple(self._names),
            groups=groups,
            compositions=compositions,
            keys=keys,
            **columns,
        )


def _rms(values: NDArray[np.float64] | None) -> float:
    """Root mean square; zero of nothing."""
    if values is None or not values.size:
        return 0.0
    return float(np.sqrt(np.vdot(values, values) / values.size))


def _intern(entries: dict[Any, int], value: Any) -> int:
    """Index of a value in the list of distinct ones."""
    return entries.setdefault(value, len(entries))


def concatenate(catalogs: list[Catalog]) -> Catalog:
    """One table after the other, with merged lists."""
    lists: dict[str, dict[Any, int]] = {"groups": {}, "compositions": {}, "keys": {}}
    parts: list[dict[str, Any]] = []
    n_files = 0
    for catalog in catalogs:
        part = {name: getattr(catalog, name) for name in COLUMNS}
        part["file"] = part["file"] + n_files
        n_files += len(catalog.names)
        for plural, column in (
            ("groups", "group"),
            ("compositions", "composition"),
            ("keys", "key"),
        ):
            order = [_intern(lists[plural], value) for value in getattr(catalog, plural)]
            part[column] = np.array(order, np.int64)[part[column]] if order else part[column]
        parts.append(part)
    columns = {name: np.concatenate([part[name] for part in parts]) for name in COLUMNS}
    return Catalog(
        stores=tuple(store for catalog in catalogs for store in catalog.stores),
        names=tuple(name for catalog in catalogs for name in catalog.names),
        groups=tuple(lists["groups"]),
        compositions=tuple(lists["compositions"]),
        keys=tuple(lists["keys"]),
        **columns,
    )
