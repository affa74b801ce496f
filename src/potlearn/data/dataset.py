"""A lazy sequence of labelled configurations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from potlearn.data.catalog import Catalog, concatenate
from potlearn.data.frame_cache import FrameCache
from potlearn.data.frames import Frame, atoms_from_frame
from potlearn.data.free_atoms import free_atoms, isolated_mask
from potlearn.data.label_report import LabelReport, label_report
from potlearn.data.labels import LabelKeys, Labels, calculator_results, labelled
from potlearn.data.where import Conditions, chosen
from potlearn.errors import DataError, SpeciesError
from potlearn.runtime import content_key, spans_within
from potlearn.typing import Atoms, Settings


class Dataset(Sequence[Atoms]):
    """Configurations (``ase.Atoms``) with their labels, read again from their store when asked for.

    Memory: some hundred bytes per configuration, the last configurations up to 20,000 atoms, and
    what the stores keep (nothing for uncompressed extended XYZ; for compressed files and other
    formats a spool that moves to a temporary file beyond 256 MiB).

    Each ``ase.Atoms`` handed out is a new object; its calculator holds the resolved labels.
    """

    def __init__(self, catalog: Catalog, keys: LabelKeys, cache: FrameCache | None = None) -> None:
        self._catalog = catalog
        self._keys = keys
        self._cache = cache or FrameCache()

    def __getstate__(self) -> Settings:
        return {"_catalog": self._catalog, "_keys": self._keys, "_cache": FrameCache()}

    def __len__(self) -> int:
        return len(self._catalog)

    def __iter__(self) -> Iterator[Atoms]:
        return (self[i] for i in range(len(self)))

    @overload
    def __getitem__(self, index: int) -> Atoms: ...
    @overload
    def __getitem__(self, index: slice) -> Dataset: ...
    def __getitem__(self, index: int | slice) -> Atoms | Dataset:
        """The ``ase.Atoms`` at an index, or the :class:`Dataset` of a slice."""
        if isinstance(index, slice):
            return self.subset(np.arange(len(self))[index])
        frame, labels = self._load(index)
        return atoms_from_frame(frame, calculator_results(frame, labels))

    def geometry(self, index: int) -> Atoms:
        """The ``ase.Atoms`` at an index without a calculator, in half the time."""
        return atoms_from_frame(self._load(index)[0], {})

    def geometries(self) -> Iterator[Atoms]:
        """All configurations as :meth:`geometry` gives them."""
        return (self.geometry(i) for i in range(len(self)))

    def __add__(self, other: Dataset) -> Dataset:
        """One dataset after the other; their label keys must be the same, recognised ones apart."""
        keys = self._keys.joined(other._keys)
        catalog = concatenate([self._catalog, other._catalog])
        aside = {key for entry in catalog.keys for _, key in (*entry.recognisable, *entry.unusable)}
        if keys is None or aside & set(keys.recognised):
            raise DataError("datasets read with different label keys cannot be joined")
        return Dataset(catalog, keys)

    def __repr__(self) -> str:
        return (
            f"Dataset({len(self)} configurations, {int(self.n_atoms.sum())} atoms, "
            f"species {' '.join(self.species)})"
        )

    def _load(self, index: int) -> tuple[Frame, Labels]:
        """Read one configuration, or take it from the last ones."""
        index = range(len(self))[index]
        table, source = self._catalog, self.source(index)
        store = table.stores[table.file[index]]
        kept = self._cache.get(index)
        if kept is not None:
            store.check(source)
            return kept
        raw = store.frame(int(table.offset[index]), int(table.size[index]), source)
        frame, labels, _ = labelled(raw, self._keys, source)
        self._cache.put(index, (frame, labels))
        return frame, labels

    def labels(self, index: int) -> Labels:
        """Labels of a configuration (arrays are read-only)."""
        return self._load(index)[1]

    def source(self, index: int) -> str:
        """File and 0-based frame of a configuration: ``"file.extxyz:17"``."""
        return self._catalog.source(range(len(self))[index])

    @property
    def catalog(self) -> Catalog:
        """Table of properties that are known without reading the configurations."""
        return self._catalog

    @property
    def keys(self) -> LabelKeys:
        """Label keys the dataset was read with."""
        return self._keys

    @property
    def n_atoms(self) -> NDArray[np.int64]:
        """Atoms of each configuration, (n,)."""
        return self._catalog.n_atoms

    @property
    def energies(self) -> NDArray[np.float64]:
        """Total energy of each configuration in eV, (n,); NaN without label."""
        return self._catalog.energy

    @property
    def groups(self) -> list[str]:
        """Group of each configuration: its ``config_type``, or ``"all"``."""
        return [self._catalog.groups[g] for g in self._catalog.group]

    @property
    def species(self) -> tuple[str, ...]:
        """Elements that occur, by atomic number."""
        from ase.data import chemical_symbols

        used = {z for c in np.unique(self._catalog.composition) for z, _ in self._compositions(c)}
        return tuple(chemical_symbols[z] for z in sorted(used))

    def _compositions(self, index: int) -> tuple[tuple[int, int], ...]:
        return self._catalog.compositions[index]

    def composition(self, index: int) -> dict[str, int]:
        """Atoms of each element in a configuration."""
        from ase.data import chemical_symbols

        pairs = self._compositions(self._catalog.composition[index])
        return {chemical_symbols[z]: count for z, count in pairs}

    def subset(self, indices: ArrayLike) -> Dataset:
        """The configurations at ``indices`` (integers, or a logical for each), in that order."""
        picked = np.asarray(indices)
        if picked.dtype == bool and picked.shape != (len(self),):
            raise DataError(f"mask of shape {picked.shape} for {len(self)} configurations")
        picked = np.flatnonzero(picked) if picked.dtype == bool else picked.astype(np.int64)
        if len(picked) and not -len(self) <= picked.min() <= picked.max() < len(self):
            raise IndexError(f"indices reach outside a dataset of {len(self)} configurations")
        picked = np.arange(len(self))[picked]
        cache = self._cache.take(picked.tolist())
        return Dataset(self._catalog.take(picked), self._keys, cache)

    def where(self, conditions: Conditions) -> Dataset:
        """The configurations whose info has the wanted values, e.g. ``{"charge": [0, 1]}``.

        A list means any of its values.  A configuration without the key is left out.

        Raises
        ------
        DataError
            No configuration has the key, or none has the wanted values.
        """
        return self.subset(chosen(self, conditions))

    def by_group(self) -> dict[str, NDArray[np.int64]]:
        """Indices of each group's configurations, groups in order of appearance."""
        table = self._catalog
        present, first = np.unique(table.group, return_index=True)
        ordered = present[np.argsort(first)]
        return {table.groups[g]: np.flatnonzero(table.group == g) for g in ordered}

    def batches(self, n_atoms: int = 2000) -> Iterator[Dataset]:
        """Consecutive configurations with at most ``n_atoms`` atoms together (at least one each).

        The batches are fixed by the data, never by who consumes them.
        """
        return (self[a:b] for a, b in spans_within(self.n_atoms.tolist(), n_atoms))

    def label_report(self) -> LabelReport:
        """Which keys gave the labels, and how often."""
        return label_report(self._catalog, self._keys)

    def require(self, energy: bool = False, forces: bool = False, stress: bool = False) -> Dataset:
        """Return the dataset itself if every configuration has the labels asked for.

        Raises
        ------
        DataError
            Naming the first configuration without one, and how many lack it.
        """
        table = self._catalog
        has = {
            "energy": np.isfinite(table.energy),
            "forces": table.n_forces > 0,
            "stress": table.stressed,
        }
        wanted = {"energy": energy, "forces": forces, "stress": stress}
        for quantity, absent in ((q, ~has[q]) for q, asked in wanted.items() if asked):
            if absent.any():
                raise DataError(
                    f"{self.source(int(np.argmax(absent)))}: no {quantity}; looked for the keys "
                    f"{self.names_of(quantity)}; {int(absent.sum())} of {len(self)} "
                    "configurations lack it"
                )
        return self

    def names_of(self, quantity: str) -> list[str]:
        """Keys under which a quantity is looked up."""
        names = getattr(self._keys, quantity)
        return [*names, *self._keys.virial] if quantity == "stress" else list(names)

    def check_species(self, species: Sequence[str]) -> Dataset:
        """Return the dataset itself if it holds no element outside ``species``.

        Raises
        ------
        SpeciesError
            Naming the element and the first configuration that holds it.
        """
        unknown = [symbol for symbol in self.species if symbol not in species]
        if unknown:
            first = next(i for i in range(len(self)) if unknown[0] in self.composition(i))
            raise SpeciesError(
                f"{self.source(first)}: element {unknown[0]}; expected only {', '.join(species)}"
            )
        return self

    def isolated_mask(self, cutoff: float = 0.0) -> NDArray[np.bool_]:
        """Which configurations are isolated atoms, (n,).

        One atom whose periodic images, if any, are farther away than 8 Å and than ``cutoff``; or
        the group ``IsolatedAtom`` (in any case, ``_`` and ``-`` ignored).
        """
        return isolated_mask(self._catalog, cutoff)

    def isolated_energies(self, cutoff: float = 0.0) -> dict[str, float]:
        """Energy of each isolated atom in eV, by element (see :meth:`isolated_mask`).

        Raises
        ------
        DataError
            A configuration of the group ``IsolatedAtom`` has several atoms, or two isolated atoms
            of one element, named or without periodicity, disagree by more than 1e-6 eV.
        """
        return {symbol: atom.energy for symbol, atom in free_atoms(self._catalog, cutoff).items()}

    def content_key(self) -> str:
        """Fingerprint of geometries, labels, groups and their order, wherever the files are."""
        return content_key([self._catalog.digest, self.groups])

    def group_counts(self) -> dict[str, int]:
        """Configurations per group."""
        return dict(Counter(self.groups))
