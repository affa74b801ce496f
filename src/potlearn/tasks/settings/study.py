"""Settings of studies of selection: a comparison of methods, and a search of the best one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from potlearn.errors import ConfigError, PotlearnError
from potlearn.fit import SOLVERS, make_solver
from potlearn.tasks.settings import (
    DescriptorConfig,
    LabelsConfig,
    ReferenceConfig,
    Section,
    WeightsConfig,
)
from potlearn.tasks.settings.section import Element, FilePath, Names, Paths, as_tuple
from potlearn.tasks.settings.solver import check_solver
from potlearn.tasks.settings.tables import NameIn
from potlearn.typing import Count, Positive

Whole = Annotated[int, Field(ge=1)]
Size = Whole | Annotated[float, Field(gt=0, lt=1)]
Sizes = Annotated[tuple[Size, ...], BeforeValidator(as_tuple), Field(min_length=1)]
Scaling = Literal["standard", "whiten", "none"]


class PoolSplitConfig(Section):
    """How files are parted into pool and test set, anew for every seed."""

    test: Annotated[float, Field(gt=0, lt=1)] = 0.2
    """Fraction of the configurations in the test set."""
    kind: Literal["random", "stratified", "grouped"] = "stratified"
    """random; stratified: the fraction within every group; grouped: whole groups are held back."""
    seed: Count = 0
    """Seed of the first split; the others follow it."""


class PoolConfig(LabelsConfig):
    """Labelled configurations: a pool to choose from, and a test set."""

    files: Annotated[Paths, Field(min_length=1)]
    """File or files to choose from, anything that ASE reads, compressed or not."""
    test: Paths | None = None
    """File or files to test on; without them `split` parts `files`, anew for every seed."""
    split: PoolSplitConfig = PoolSplitConfig()
    """How `files` are parted where there is no `test`."""
    groups: str = "config_type"
    """Key that names the group of a configuration."""


def _solvers() -> list[str]:
    """Names of the solvers that need no folds: a subset has none."""
    return [name for name in SOLVERS if make_solver(name).n_folds == 0]


class SubsetFitConfig(Section):
    """How every subset is fitted: the same way for all."""

    solver: Annotated[str, NameIn(_solvers)] = "evidence"
    """As in the section fit of a fit."""
    ridge: Positive | None = None
    """Penalty of the solver ridge, without unit; random subsets tell which is a fair one."""
    e0: Literal["auto", "isolated", "fitted"] | dict[Element, float] = "auto"
    """Energies of the free atoms, eV."""
    weights: WeightsConfig = WeightsConfig()
    """Weights of energies, forces and stresses."""

    @model_validator(mode="after")
    def _match_ridge_and_solver(self) -> Self:
        check_solver(self.solver, self.ridge)
        if self.weights.key is not None:
            raise PydanticCustomError("weights", "weights.key is for fits; a study has none")
        return self


class MethodConfig(Section):
    """A way to choose."""

    method: str
    """Selector, as in potlearn.select.SELECTORS."""
    name: str | None = None
    """What it is called; by default from the method and what else is given."""
    parameters: dict[str, Any] = Field(default_factory=dict)
    """Parameters of the selector, such as kernel: rbf."""
    features: Names = ("mean",)
    """Features of a configuration; several are concatenated."""
    scaling: Scaling = "standard"
    """Scale of the features."""

    @model_validator(mode="after")
    def _know_the_selector(self) -> Self:
        from potlearn.studies import Method

        try:
            Method("", self.method, self.parameters, self.features, self.scaling)
        except PotlearnError as error:
            raise PydanticCustomError("method", str(error).replace("{", "{{")) from error
        return self

    @property
    def label(self) -> str:
        """Its name."""
        if self.name is not None:
            return self.name
        more = [str(value) for value in self.parameters.values()]
        more += [] if self.features == ("mean",) else ["+".join(self.features)]
        more += [] if self.scaling == "standard" else [self.scaling]
        return ", ".join([self.method, *more])


class StudyOutput(Section):
    """What is written, and where."""

    folder: Annotated[FilePath, Field(validate_default=True)] = Path("selection_study")
    """Folder of everything that the study writes; made if absent."""
    report: bool = True
    """Whether to write report.html and the figure."""


_USUAL = ("random", "stratified", "kdpp", "fps", "cur", "maxvol", "kmeans", "hdbscan", "direct")
DEFAULT_METHODS = (
    *(MethodConfig(method=name) for name in _USUAL),
    MethodConfig(method="kdpp", parameters={"kernel": "rbf"}),
)


class CompareConfig(Section):
    """A comparison of methods, sizes and seeds: the fit of every subset, tested."""

    study: Literal["comparison"] = "comparison"
    """The kind of study."""
    data: PoolConfig
    """Labelled configurations."""
    descriptor: DescriptorConfig
    """Basis of the fits, and of the features that methods look at."""
    reference: ReferenceConfig = ReferenceConfig(kind="none")
    """Pair potential under the fits; protection beyond the data has no part here."""
    fit: SubsetFitConfig = SubsetFitConfig()
    """How every subset is fitted."""
    methods: Annotated[tuple[MethodConfig, ...], BeforeValidator(as_tuple), Field(min_length=1)] = (
        DEFAULT_METHODS
    )
    """Ways to choose."""
    baseline: str = "random"
    """Name of the method that the others are compared with."""
    sizes: Sizes = (0.025, 0.05, 0.1, 0.2, 0.4)
    """Numbers of configurations to choose; below 1: parts of the pool."""
    seeds: Whole = 10
    """Number of seeds: of splits, and of what is random in a method."""
    output: StudyOutput = StudyOutput()
    """Folder and files."""

    @model_validator(mode="after")
    def _name_methods_once(self) -> Self:
        names = [method.label for method in self.methods]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise PydanticCustomError("methods", f"two methods are called {twice[0]!r}")
        if self.baseline not in names:
            raise PydanticCustomError(
                "methods", f"the baseline {self.baseline!r} is not among the methods"
            )
        return self


class SpaceConfig(Section):
    """What a search tries."""

    methods: Names = ("kdpp", "fps", "cur", "kmeans", "direct", "hdbscan", "stratified")
    """Selectors."""
    kernels: Names = ("linear", "cosine", "rbf", "imq")
    """Kernels of those selectors that have one."""
    features: Annotated[tuple[Names, ...], BeforeValidator(as_tuple), Field(min_length=1)] = (
        ("mean",),
        ("sum",),
        ("mean", "forces"),
    )
    """Features of a configuration, a list for each choice."""
    scalings: Annotated[tuple[Scaling, ...], BeforeValidator(as_tuple)] = (
        "standard",
        "whiten",
    )
    """Scales of the features."""
    degrees: Annotated[tuple[Positive, ...], BeforeValidator(as_tuple)] = (6.0, 8.0, 10.0)
    """Degrees of ACE descriptors that features are made of: their size."""
    cutoffs: Annotated[tuple[Positive, ...], BeforeValidator(as_tuple)] = (5.0,)
    """Cutoffs of these descriptors, Å."""
    order: Annotated[int, Field(ge=1, le=5)] = 2
    """Order of these descriptors."""
    chunk_sizes: Annotated[tuple[Count, ...], BeforeValidator(as_tuple)] = (0,)
    """Rows of a chunk where the choice is made level by level; 0: all at once."""


class SearchConfig(Section):
    """A search of the best method, for these data and this number of configurations."""

    study: Literal["search"] = "search"
    """The kind of study."""
    data: PoolConfig
    """Labelled configurations."""
    descriptor: DescriptorConfig
    """Basis of the fits."""
    reference: ReferenceConfig = ReferenceConfig(kind="none")
    """Pair potential under the fits."""
    fit: SubsetFitConfig = SubsetFitConfig()
    """How every subset is fitted."""
    size: Size
    """Number of configurations to choose; below 1: part of the pool."""
    space: SpaceConfig = SpaceConfig()
    """What is tried."""
    trials: Whole = 50
    """Number of trials."""
    validation: Annotated[float, Field(gt=0, lt=1)] = 0.2
    """Part of the pool that a trial is judged by; the test set is looked at once, at the end."""
    seeds: Whole = 5
    """Validation splits that a trial's error is a mean over."""
    seed: Count = 0
    """Seed of the search, and of the split."""
    output: StudyOutput = StudyOutput()
    """Folder and files."""


StudyConfig: TypeAlias = CompareConfig | SearchConfig
_KEYS = {
    "comparison": {"methods", "sizes", "baseline"},
    "search": {"size", "space", "trials", "validation", "seed"},
}
STUDIES: dict[str, type[CompareConfig | SearchConfig]] = {
    "comparison": CompareConfig,
    "search": SearchConfig,
}
"""Settings by the kind of study."""


def kind_of_study(raw: Mapping[str, Any], source: str = "settings") -> type[StudyConfig]:
    """Which study some settings describe: by their key ``study``, else by their other keys.

    Raises
    ------
    ConfigError
        An unknown kind, or keys of none or of both kinds.
    """
    expected = " or ".join(STUDIES)
    if "study" in raw:
        name = raw["study"]
        if not isinstance(name, str) or name not in STUDIES:
            raise ConfigError(f"{source}: study: expected {expected}, got {name!r}")
        return STUDIES[name]
    found = [name for name, keys in _KEYS.items() if keys & set(raw)]
    if len(found) != 1:
        raise ConfigError(f"{source}: study: missing; expected {expected}")
    return STUDIES[found[0]]
