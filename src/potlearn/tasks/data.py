"""The data section of a configuration, read: training, test and validation sets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from potlearn.tasks.settings import DataConfig, LabelsConfig, SplitConfig
from potlearn.tasks.training_choice import chosen

if TYPE_CHECKING:
    from potlearn.data import Dataset


@dataclass(frozen=True)
class Loaded:
    """Sets by name, and what a person should know about them.

    Attributes
    ----------
    sets : dict
        ``"train"``, and ``"test"`` and ``"validation"`` where there are such.
    notes : tuple of str
        What was left out, and :func:`potlearn.data.label_notes`.
    """

    sets: Mapping[str, Dataset]
    notes: tuple[str, ...]


def load(config: DataConfig, weights: Iterable[str] = (), species: Sequence[str] = ()) -> Loaded:
    """Sets by name, with notes on their labels; ``weights``: keys of weights that are used.

    Where ``species`` is one element, it is that of files that hold types instead of elements.

    Raises
    ------
    DataError
        A file cannot be read, a configuration has no key ``groups``, no configuration has the
        values of `where`, or a split leaves a set empty.
    """
    from potlearn.data import differences, label_notes

    if config.types is None and len(species) == 1:
        config = config.model_copy(update={"types": tuple(species)})
    if config.file is not None:
        whole, notes = _read(config.file, config)
        sets = split_sets(whole, config.split or SplitConfig())
    else:
        files = {"train": config.train, "test": config.test, "validation": config.validation}
        read = {
            name: _read(paths, config) for name, paths in files.items() if isinstance(paths, tuple)
        }
        sets = {name: dataset for name, (dataset, _) in read.items()}
        if isinstance(config.validation, float):
            sets |= held_back(sets["train"], config.validation)
        notes = [note for _, more in read.values() for note in more]
    sets = dict(sets)
    if config.select is not None:
        sets["train"], note = chosen(sets["train"], config.select)
        notes.append(note)
    about = (found.message for found in label_notes(sets["train"], "the training set", weights))
    return Loaded(sets, (*notes, *about, *differences(sets)))


def load_datasets(config: DataConfig) -> Mapping[str, Dataset]:
    """The sets of :func:`load` alone."""
    return load(config).sets


def read_labelled(files: Sequence[Path], config: LabelsConfig) -> Dataset:
    """The configurations of some files that have the values of `where`."""
    from potlearn import data

    return data.read(files, **config.reading(), where=config.where)


def read_with_notes(files: Sequence[Path], config: LabelsConfig) -> tuple[Dataset, list[str]]:
    """As :func:`read_labelled`, and notes on what is left out."""
    from potlearn import data

    every, notes = data.read_with_notes(files, **config.reading())
    kept = every.where(config.where) if config.where else every
    return kept, [*notes, *_left_out(every, kept, config)]


def _read(files: Sequence[Path], config: DataConfig) -> tuple[Dataset, list[str]]:
    """One set, with its groups, and notes on what is left out."""
    dataset, notes = read_with_notes(files, config)
    return regrouped(dataset, config.groups), notes


def _left_out(every: Dataset, kept: Dataset, config: LabelsConfig) -> Iterator[str]:
    """How many configurations `where` leaves out."""
    if len(kept) < len(every):
        wanted = ", ".join(f"{key}: {value}" for key, value in config.where.items())
        names = ", ".join(dict.fromkeys(Path(name).name for name in every.catalog.names))
        isolated = int(every.isolated_mask().sum() - kept.isolated_mask().sum())
        also = (
            f", among them {isolated} isolated atom{'s' * (isolated > 1)} (fit: {{e0: ...}} gives "
            "their energies to a fit)"
            if isolated
            else ""
        )
        yield (
            f"{names}: {len(kept)} of {len(every)} configurations have {wanted}; the others are "
            f"left out{also}"
        )


def regrouped(dataset: Dataset, key: str) -> Dataset:
    """The dataset with the values of ``key`` as groups."""
    from potlearn.data import Dataset, info_groups

    if key == "config_type":
        return dataset
    names, group = np.unique(info_groups(dataset, key), return_inverse=True)
    catalog = replace(dataset.catalog, groups=tuple(names.tolist()), group=group)
    return Dataset(catalog, dataset.keys)


def held_back(train: Dataset, part: float) -> dict[str, Dataset]:
    """A training set without that part of every group, which is the validation set.

    Where the groups are too small to give any, it is drawn from all of them together.
    """
    from potlearn.data import held_out

    kind = "stratified" if len({*train.groups}) > 1 else "random"
    with _validating(train, part):
        if kind == "stratified" and not len(held_out(train, kind, part)):
            kind = "random"
        validation = held_out(train, kind, part)
    rest = np.setdiff1d(np.arange(len(train)), validation)
    return {"train": train.subset(rest), "validation": train.subset(validation)}


@contextmanager
def _validating(train: Dataset, part: float) -> Iterator[None]:
    """Errors of a split as those of a validation set."""
    from potlearn.errors import DataError

    try:
        yield
    except DataError as error:
        raise DataError(
            f"{part:.2g} of {len(train)} configurations cannot be held out to validate ({error}); "
            "hold out another part, give data.validation files of its own, or add configurations"
        ) from error


def split_sets(dataset: Dataset, split: SplitConfig) -> dict[str, Dataset]:
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
    with _validating(train, rest):
        train, validation = draw(train, test=rest, seed=split.seed + 1)
    return {"train": train, "test": test, "validation": validation}
