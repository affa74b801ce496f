"""From the settings of a trial to the parts that a pass answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from potlearn.errors import FitError
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

VALIDATION = 0.2
"""Part of the training configurations that is held out where the data name no validation set."""


@dataclass
class Sets:
    """Data of trials: a training set and a validation set, and what is known about them."""

    train: Dataset
    validation: Dataset
    test: Dataset | None
    notes: tuple[str, ...]
    _coverages: dict[tuple[str, ...], Coverage] = field(default_factory=dict)
    _descriptors: dict[str, Descriptor] = field(default_factory=dict)

    def content(self) -> Settings:
        """What the values of trials depend on."""
        return {"train": self.train.content_key(), "validation": self.validation.content_key()}

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


def with_validation(config: DataConfig) -> DataConfig:
    """The section with a validation set: that of the user, or a part that is held out."""
    if config.file is None:
        update = {} if config.validation is not None else {"validation": VALIDATION}
        return config.model_copy(update=update)
    settings = config.model_dump(mode="json", exclude_none=True)
    split = settings.setdefault("split", {})
    if not split.get("validation"):
        split["validation"] = VALIDATION
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
        return self._sets(data, tuple(weight_keys(weights).values()), species)[1]

    def key(self, config: TrialConfig) -> str:
        """Key of the training and validation set of a trial, which are read if they were not."""
        keys = tuple(weight_keys(config.fit.weights).values())
        return self._sets(config.data, keys, config.descriptor.species)[0]

    def _sets(
        self, data: DataConfig, weights: tuple[str, ...], species: tuple[str, ...]
    ) -> tuple[str, Sets]:
        key = content_key([data.model_dump(mode="json"), *weights], size=8)
        if key not in self.known:
            self.known[key] = read(data, weights, species)
        return key, self.known[key]

    def of(self, config: TrialConfig) -> tuple[str, Candidate]:
        """Key of the data, and parts of a trial.

        Raises
        ------
        PotlearnError
            The settings do not go together, or not with the data.
        """
        from potlearn.tune import Candidate

        key = self.key(config)
        sets = self.known[key]
        sets.train.check_species(config.descriptor.species)
        sets.validation.check_species(config.descriptor.species)
        descriptor = sets.descriptor(config)
        shortest = sets.coverage(descriptor.species).shortest
        reference = make_reference(config.reference, shortest, descriptor.species)
        settings = linear_settings(config.fit, sets.train, self.folds or None)
        settings, _ = settings.resolved(sets.train, descriptor.species, descriptor.cutoff)
        return key, Candidate(descriptor, reference, settings, _compression(config, descriptor))


def read(config: DataConfig, weights: tuple[str, ...] = (), species: tuple[str, ...] = ()) -> Sets:
    """The sets of a section of data, a validation set among them."""
    loaded = load(with_validation(config), weights, species)
    sets = loaded.sets
    if not len(sets["validation"]):
        raise FitError("the validation set is empty")
    return Sets(sets["train"], sets["validation"], sets.get("test"), loaded.notes)


def _compression(config: TrialConfig, descriptor: Descriptor) -> tuple[str, int] | None:
    """Method, and number of functions that are kept."""
    compress = config.compress
    if compress.method == "none":
        return None
    return compress.method, max(1, round(compress.part * descriptor.n_features))
