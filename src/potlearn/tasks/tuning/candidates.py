"""From the settings of a trial to the parts that a pass answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from potlearn.errors import DataError, FitError
from potlearn.runtime import content_key
from potlearn.tasks.data import load
from potlearn.tasks.descriptor import make_descriptor
from potlearn.tasks.linear_settings import linear_settings
from potlearn.tasks.reference import make_reference
from potlearn.tasks.settings import DataConfig, WeightsConfig
from potlearn.tasks.tuning.speed import ATOMS
from potlearn.tasks.tuning.trials import TrialConfig
from potlearn.tasks.weights import weight_keys
from potlearn.typing import Atoms, Settings

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.descriptors import Descriptor
    from potlearn.fit.beyond import Coverage
    from potlearn.tune import Candidate

MOST = 10_000
"""Atoms of the validation set that trials are judged on, about: a pass keeps a row of each of their
labels, as wide as its basis."""


@dataclass
class Sets:
    """Data of trials: a training set and a validation set, and what is known about them.

    Attributes
    ----------
    train : Dataset
    validation : Dataset
        What potentials of the front are measured on.
    judged : Dataset
        What trials are measured on: of a large validation set, a part.
    test : Dataset, optional
    notes : tuple of str
        What a user should know.
    """

    train: Dataset
    validation: Dataset
    judged: Dataset
    test: Dataset | None
    notes: tuple[str, ...]
    _coverages: dict[tuple[str, ...], Coverage] = field(default_factory=dict)
    _descriptors: dict[str, Descriptor] = field(default_factory=dict)

    def content(self) -> Settings:
        """What the values of trials depend on."""
        return {"train": self.train.content_key(), "validation": self.judged.content_key()}

    @cached_property
    def examples(self) -> list[Atoms]:
        """Configurations whose forces are timed."""
        from potlearn.compress import examples_of

        return examples_of(self.train, ATOMS)

    def coverage(self, species: tuple[str, ...]) -> Coverage:
        """What the training set covers."""
        from potlearn.fit.beyond import Coverage

        if species not in self._coverages:
            self._coverages[species] = Coverage.of(self.train, species)
        return self._coverages[species]

    def descriptor(self, config: TrialConfig) -> Descriptor:
        """The descriptor of a trial, complete; equal sections give the same one."""
        key = content_key(config.descriptor.model_dump(mode="json"))
        if key not in self._descriptors:
            self._descriptors[key] = make_descriptor(config.descriptor, self.train)
        return self._descriptors[key]


def with_validation(config: DataConfig, part: float) -> DataConfig:
    """The section with a validation set: that of the user, or a part that is held out."""
    if config.file is None:
        update = {} if config.validation is not None else {"validation": part}
        return config.model_copy(update=update)
    settings = config.model_dump(mode="json", exclude_none=True)
    split = settings.setdefault("split", {})
    if not split.get("validation"):
        split["validation"] = part
    return DataConfig.of(settings)


@dataclass
class Candidates:
    """Makes candidates of trials; data are read once for equal sections."""

    folds: int = 0
    known: dict[str, Sets] = field(default_factory=dict)

    def read(self, data: DataConfig, base: Settings) -> Sets:
        """The data of a configuration before its trials: with the weights that it names."""
        weights = WeightsConfig.of(base.get("fit", {}).get("weights", {}))
        species = tuple(base.get("descriptor", {}).get("species", ()))
        return self._sets(data, _keys_of(weights), species)

    def key(self, config: TrialConfig) -> str:
        """Key of the training and validation set of a trial; nothing is read."""
        return _key(config.data, _keys_of(config.fit.weights))

    def _sets(self, data: DataConfig, weights: tuple[str, ...], species: tuple[str, ...]) -> Sets:
        key = _key(data, weights)
        if key not in self.known:
            sets = read(data, weights, species)
            self._check(sets)
            self.known[key] = sets
        return self.known[key]

    def _check(self, sets: Sets) -> None:
        """Refuse data with another validation set: errors on it could not be compared."""
        first = next(iter(self.known.values()), sets).validation
        if sets.validation.content_key() != first.content_key():
            raise DataError(
                "data: these settings change the validation set, and all trials are judged on the "
                "same one; name its files in data.validation"
            )

    def of(self, config: TrialConfig) -> tuple[str, Candidate]:
        """Key of the data, and parts of a trial.

        Raises
        ------
        PotlearnError
            The settings do not go together, or not with the data.
        """
        from potlearn.tune import Candidate

        keys = _keys_of(config.fit.weights)
        sets = self._sets(config.data, keys, config.descriptor.species)
        sets.train.check_species(config.descriptor.species)
        sets.validation.check_species(config.descriptor.species)
        descriptor = sets.descriptor(config)
        shortest = sets.coverage(descriptor.species).shortest
        reference = make_reference(config.reference, shortest, descriptor.species)
        settings = linear_settings(config.fit, sets.train, self.folds or None)
        settings, _ = settings.resolved(sets.train, descriptor.species, descriptor.cutoff)
        return self.key(config), Candidate(
            descriptor, reference, settings, _compression(config, descriptor)
        )


def _keys_of(weights: WeightsConfig) -> tuple[str, ...]:
    """Keys of the files that have weights."""
    return tuple(weight_keys(weights).values())


def _key(data: DataConfig, weights: tuple[str, ...]) -> str:
    return content_key([data.model_dump(mode="json"), *weights], size=8)


def read(config: DataConfig, weights: tuple[str, ...] = (), species: tuple[str, ...] = ()) -> Sets:
    """The sets of a section of data, which has a validation set.

    Raises
    ------
    FitError
        It has none, or an empty one.
    """
    loaded = load(config, weights, species)
    sets = loaded.sets
    validation = sets.get("validation")
    if validation is None or not len(validation):
        raise FitError("the validation set is empty; hold out more (data.split.validation)")
    judged, notes = judged_part(validation, MOST)
    return Sets(sets["train"], validation, judged, sets.get("test"), (*loaded.notes, *notes))


def judged_part(validation: Dataset, most: int) -> tuple[Dataset, tuple[str, ...]]:
    """The same part of every group, of some ``most`` atoms; all of a smaller set.  And a note."""
    from potlearn.tune.automatic.sample import sample

    always = np.zeros(len(validation), bool)
    chosen = sample(validation.n_atoms, validation.by_group(), always, most, fewest=1)
    if len(chosen) == len(validation):
        return validation, ()
    part = validation.subset(chosen)
    note = (
        f"trials are judged on {len(part)} of {len(validation)} validation configurations "
        f"({int(part.n_atoms.sum()):,} atoms), spread over all groups; the potentials of the front "
        "are measured on all of them"
    )
    return part, (note,)


def _compression(config: TrialConfig, descriptor: Descriptor) -> tuple[str, int] | None:
    """Method, and number of functions that are kept."""
    compress = config.compress
    if compress.method == "none":
        return None
    return compress.method, max(1, round(compress.part * descriptor.n_features))
