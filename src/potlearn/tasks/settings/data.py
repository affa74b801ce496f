"""Section of the labelled configurations."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from potlearn.tasks.settings.section import FilePath, Keys, Paths, Section
from potlearn.typing import Count


class KeysConfig(Section):
    """Names of the labels in the files, where they are not the usual ones."""

    energy: Keys | None = None
    """Key of the total energy, eV; of several, the first that is present; [] turns it off."""
    forces: Keys | None = None
    """Key of the forces, eV/Å."""
    stress: Keys | None = None
    """Key of the stress, eV/Å³, tensile positive."""
    virial: Keys | None = None
    """Key of the virial, eV; virial = -volume * stress."""
    force_mask: Keys | None = None
    """Key of the atoms whose forces count, true or false each."""


class SplitConfig(Section):
    """How one file is parted into training, test and validation configurations."""

    test: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """Fraction of the configurations held back for the test."""
    validation: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Fraction held back for validation."""
    seed: Count = 0
    """Seed of the random split."""
    kind: Literal["random", "stratified", "grouped"] = "random"
    """random; stratified: the fraction within every group; grouped: whole groups are held back."""

    @model_validator(mode="after")
    def _leave_something_to_train(self) -> Self:
        if self.test + self.validation >= 1:
            raise PydanticCustomError("split", "test and validation leave nothing to train on")
        return self


class DataConfig(Section):
    """Which labelled configurations to use: ``train`` (and ``test``), or one ``file`` to split."""

    train: Paths | None = None
    """File or files to train on, anything that ASE reads, compressed or not."""
    test: Paths | None = None
    """File or files to test on."""
    validation: Paths | None = None
    """File or files that are neither trained nor tested on, evaluated as a third set."""
    file: FilePath | None = None
    """One file, parted by `split`."""
    split: SplitConfig | None = None
    """How `file` is parted."""
    keys: KeysConfig = KeysConfig()
    """Names of the labels."""
    groups: str = "config_type"
    """Key that names the group of a configuration."""

    @model_validator(mode="after")
    def _choose_one_source(self) -> Self:
        if (self.file is None) == (self.train is None):
            raise PydanticCustomError("source", "give either 'train' or 'file' (one of the two)")
        if self.file is not None and (self.test or self.validation):
            raise PydanticCustomError("source", "'file' is parted by 'split'; remove 'test'")
        if self.file is None and self.split is not None:
            raise PydanticCustomError("source", "'split' parts one 'file'; there is none here")
        if self.train == ():
            raise PydanticCustomError("source", "'train' names no file")
        return self
