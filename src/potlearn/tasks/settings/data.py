"""Section of the labelled configurations."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PlainSerializer, SerializationInfo, model_validator
from pydantic_core import PydanticCustomError

from potlearn.tasks.settings.section import Keys, Names, Paths, Section, path_text
from potlearn.tasks.settings.tables import NameIn
from potlearn.typing import Count, Settings


def _one_or_several(paths: tuple[Path, ...], info: SerializationInfo) -> str | list[str]:
    """A single file is written as one path."""
    texts = [path_text(path, info) for path in paths]
    return texts[0] if len(texts) == 1 else texts


class KeysConfig(Section):
    """Names of the labels in the files, if they are not the usual ones."""

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


class UnitsConfig(Section):
    """Units of the labels, if they are not eV and Å and the files do not state them."""

    energy: str | None = None
    """Unit of the energy: eV, Hartree, Ry, kcal/mol, kJ/mol ..."""
    forces: str | None = None
    """Unit of the forces: eV/Å, Hartree/Bohr, Ry/Bohr, kcal/mol/Å ..."""
    stress: str | None = None
    """Unit of the stress: eV/Å³, GPa, kbar, bar ..."""
    virial: str | None = None
    """Unit of the virial: that of an energy."""
    length: str | None = None
    """Unit of positions and cells: Å, nm, Bohr."""


Value = bool | int | float | str


class LabelsConfig(Section):
    """How labelled configurations are read: the same keys wherever files are read."""

    keys: KeysConfig = KeysConfig()
    """Names of the labels."""
    nan: Literal["error", "missing"] = "error"
    """What NaN in a label means: error (the file is refused) or missing (there is no label)."""
    units: UnitsConfig = UnitsConfig()
    """Units of the labels."""
    types: Names | None = None
    """Elements of the types 0, 1, ... in files that hold types instead of elements (MTP)."""
    where: dict[str, Value | list[Value]] = Field(default_factory=dict)
    """Keep the configurations whose info has these values, by key; a list: any of its values."""

    def reading(self) -> Settings:
        """Arguments of :func:`potlearn.data.read`, but for `where`."""
        keys = {name: list(value) for name, value in self.keys if value is not None}
        units = {name: unit for name, unit in self.units if unit is not None}
        return {"keys": keys, "nan": self.nan, "units": units, "types": self.types or ()}


class SplitConfig(Section):
    """How one file is split into training, test and validation configurations."""

    test: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """Fraction of the configurations in the test set."""
    validation: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Fraction of the configurations in the validation set."""
    seed: Count = 0
    """Seed of the random split."""
    kind: Literal["random", "stratified", "grouped"] = "random"
    """random; stratified: the same fraction of every group; grouped: whole groups are held out."""

    @model_validator(mode="after")
    def _leave_something_to_train(self) -> Self:
        if self.test + self.validation >= 1:
            raise PydanticCustomError("split", "test and validation leave nothing to train on")
        return self


class SourcesConfig(Section):
    """Files: ``train`` (and ``test``), or one ``file`` that is split."""

    train: Paths | None = None
    """File or files to train on: extended XYZ, MTP, FitSNAP, DeePMD or anything that ASE reads."""
    test: Paths | None = None
    """File or files to test on."""
    validation: Paths | Annotated[float, Field(gt=0, lt=1)] | None = None
    """File or files of a third set, evaluated like the test set; or the part of every group of
    `train` that is held out for it."""
    file: Annotated[Paths, PlainSerializer(_one_or_several, when_used="json")] | None = None
    """File or files, split into training and test set by `split`."""
    split: SplitConfig | None = None
    """How `file` is split."""

    @model_validator(mode="after")
    def _choose_one_source(self) -> Self:
        if (self.file is None) == (self.train is None):
            raise PydanticCustomError("source", "give either 'train' or 'file' (one of the two)")
        if self.file is not None and (self.test or self.validation):
            raise PydanticCustomError("source", "'file' is split by 'split'; remove 'test'")
        if self.file is None and self.split is not None:
            raise PydanticCustomError("source", "'split' splits one 'file', and there is none")
        for key in ("train", "file"):
            if getattr(self, key) == ():
                raise PydanticCustomError("source", "'{key}' names no file", {"key": key})
        return self


def _selectors() -> Iterable[str]:
    from potlearn.select import SELECTORS

    return SELECTORS


class TrainingChoice(Section):
    """A part of the training set, chosen as `potlearn select` does, by a default ACE."""

    size: Annotated[int, Field(ge=1)] | Annotated[float, Field(gt=0, lt=1)]
    """Number of configurations, or part of them; isolated atoms are kept besides."""
    method: Annotated[str, NameIn(_selectors)] = "kmeans"
    """Selector."""
    parameters: dict[str, Any] = Field(default_factory=dict)
    """Parameters of the selector, such as kernel: rbf."""
    features: Names = ("mean",)
    """Kinds of features of a configuration, concatenated."""
    scaling: Literal["standard", "whiten", "none"] = "standard"
    """Scaling of the features."""
    seed: Count = 0
    """Seed of random selectors."""


class DataConfig(LabelsConfig, SourcesConfig):
    """Labelled configurations: ``train`` (and ``test``), or one ``file`` that is split."""

    groups: str = "config_type"
    """Key that names the group of a configuration."""
    select: TrainingChoice | None = None
    """Fit a part of the training set only, chosen from it."""
