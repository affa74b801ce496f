"""Other spellings of the labels' keys, recognised for a whole dataset.

A name is taken only where the file leaves no doubt:

- no configuration has a default name of the quantity,
- exactly one other name stands for it (``force``, ``Energy``, ``dft_energy``); an energy comes
  before a free energy, and a virial before a stress, whose unit is more often another one,
- its values have the right shape and are finite wherever it occurs,
- names that state a level of theory (``pbe_energy``, ``hse_forces``) state the same one.

Everything else is a candidate, which the label report names.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from potlearn.data.catalog import CatalogBuilder
from potlearn.data.dataset import Dataset
from potlearn.data.labels import KeysFound, LabelKeys, labelled
from potlearn.data.labels.names import LabelName, label_name

_FORMS = {
    "energy": ("energy", "free_energy"),
    "forces": ("forces",),
    "stress": ("virial", "stress"),
}
"""Forms of each quantity; a form that comes first is taken first."""


def recognised(dataset: Dataset) -> Dataset:
    """The dataset, read again with the names that were recognised, if there are any."""
    catalog = dataset.catalog
    counts = np.bincount(catalog.key, minlength=len(catalog.keys))
    found = [entry for entry, n in zip(catalog.keys, counts, strict=True) if n]
    names = _of_one_level(
        [n for q in _FORMS if (n := _only_name(q, found, dataset.keys)) is not None]
    )
    if not names:
        return dataset
    keys = dataset.keys
    for name in names:
        quantity = _quantity(label_name(name))
        keys = keys.with_names({quantity: (*getattr(keys, quantity), name)})
    return _read_again(dataset, replace(keys, recognised=tuple(names)))


def _quantity(name: LabelName | None) -> str:
    """Quantity whose keys a recognised name joins."""
    assert name is not None
    return "energy" if name.quantity == "free_energy" else name.quantity


def _only_name(quantity: str, found: list[KeysFound], keys: LabelKeys) -> str | None:
    """The one name that stands for a quantity that no default name gives."""
    if not keys.is_default(quantity) or (quantity == "stress" and not keys.is_default("virial")):
        return None
    if any(getattr(entry, quantity) is not None for entry in found):
        return None
    names = {key for entry in found for _, key in entry.recognisable}
    bad = {key for entry in found for _, key in entry.unusable}
    for form in _FORMS[quantity]:
        fitting = [n for n in names if (name := label_name(n)) and name.quantity == form]
        if fitting:
            return fitting[0] if len(fitting) == 1 and fitting[0] not in bad else None
    return None


def _of_one_level(names: list[str]) -> list[str]:
    """The names, unless they state different levels of theory; then those that state none."""
    level = {n: name.level for n in names if (name := label_name(n)) is not None}
    stated = {text for text in level.values() if text}
    return names if len(stated) <= 1 else [n for n in names if not level[n]]


def _read_again(dataset: Dataset, keys: LabelKeys) -> Dataset:
    """The same configurations with labels under other keys."""
    catalog, builder = dataset.catalog, CatalogBuilder()
    for number, (store, name) in enumerate(zip(catalog.stores, catalog.names, strict=True)):
        builder.add_file(store, name)
        for i in np.flatnonzero(catalog.file == number).tolist():
            offset, size = int(catalog.offset[i]), int(catalog.size[i])
            raw = store.frame(offset, size, dataset.source(i))
            entry = labelled(raw, keys, dataset.source(i))
            builder.add(*entry, int(catalog.number[i]), offset, size)
    return Dataset(builder.build(), keys, builder.cache)
