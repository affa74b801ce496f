"""The data section of a configuration, read: training, test and validation sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from potlearn.tasks.settings import DataConfig, SplitConfig

if TYPE_CHECKING:
    from potlearn.data import Dataset


def load_datasets(config: DataConfig, species: Sequence[str] = ()) -> dict[str, Dataset]:
    """Sets by name: ``"train"``, and ``"test"`` and ``"validation"`` where there are such.

    The only one of ``species`` is the element of files that hold types instead of elements.

    Raises
    ------
    DataError
        A file cannot be read, a configuration has no key ``groups``, or a split leaves a set empty.
    """
    from potlearn.data import read

    keys = {name: list(value) for name, value in config.keys if value is not None}
    types = config.types or (species if len(species) == 1 else ())
    if config.file is not None:
        dataset = regrouped(read(config.file, keys=keys, types=types), config.groups)
        return _split(dataset, config.split or SplitConfig())
    paths = {"train": config.train, "test": config.test, "validation": config.validation}
    return {
        name: regrouped(read(files, keys=keys, types=types), config.groups)
        for name, files in paths.items()
        if files
    }


def regrouped(dataset: Dataset, key: str) -> Dataset:
    """The dataset with the values of ``key`` as groups."""
    import numpy as np

    from potlearn.data import Dataset, info_groups

    if key == "config_type":
        return dataset
    names, group = np.unique(info_groups(dataset, key), return_inverse=True)
    catalog = replace(dataset.catalog, groups=tuple(names.tolist()), group=group)
    return Dataset(catalog, dataset.keys)


def _split(dataset: Dataset, split: SplitConfig) -> dict[str, Dataset]:
    """One dataset in two or three; the validation set is drawn from what the test set leaves."""
    from potlearn import data

    draw = {
        "random": data.random_split,
        "stratified": data.stratified_split,
        "grouped": data.grouped_split,
    }[split.kind]
    train, test = draw(dataset, test=split.test, seed=split.seed)
    if split.validation == 0:
        return {"train": train, "test": test}
    rest = split.validation / (1 - split.test)
    train, validation = draw(train, test=rest, seed=split.seed + 1)
    return {"train": train, "test": test, "validation": validation}
