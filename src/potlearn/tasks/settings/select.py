"""Settings of a selection."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from potlearn.tasks.settings.data import LabelsConfig
from potlearn.tasks.settings.section import FilePath, Names, Paths
from potlearn.tasks.settings.tables import NameIn
from potlearn.typing import Count, Positive


def _selectors() -> Iterable[str]:
    from potlearn.select import SELECTORS

    return SELECTORS


Whole = Annotated[int, Field(ge=1)]


class SelectConfig(LabelsConfig):
    """Which configurations of some files are worth a calculation."""

    files: Annotated[Paths, Field(min_length=1)]
    """File or files to select from, anything that ASE reads; labels are not needed."""
    count: int | None = None
    """Number of configurations to select (of atoms, with `environments`)."""
    output: FilePath
    """File of the selected configurations (.extxyz)."""
    known: Paths | None = None
    """File or files of configurations that are already labelled: the selection continues from
    them, and copies of them are not selected."""
    budget: Positive | None = None
    """What the selected configurations may cost together, in place of `count`."""
    cost: str | None = None
    """Cost of a configuration, for `budget`: natoms^3 (the default; or another power), where 1 is
    the mean of all configurations; or an info key of every configuration, in its own unit."""
    quotas: dict[str, Whole] = Field(default_factory=dict)
    """At least so many configurations of a group, or (where no group is so called) with an
    element; the others, up to `count`, come from all. Without `count`, the sum of the quotas."""
    distinct: bool = True
    """Whether copies of a configuration (turned, shifted, permuted, or with tiny noise) are left
    out; atoms (`environments`) are not compared."""
    rest: FilePath | None = None
    """File of the other configurations (.extxyz)."""
    method: Annotated[str, NameIn(_selectors)] = "kmeans"
    """Selector."""
    parameters: dict[str, Any] = Field(default_factory=dict)
    """Parameters of the selector, such as kernel: rbf."""
    seed: Count = 0
    """Seed of random selectors."""
    descriptor: dict[str, Any] = Field(default_factory=dict)
    """Keys of the section `descriptor` of a fit; those that are absent follow from the data (by
    default an ACE basis of some 100 functions)."""
    features: Names = ("mean",)
    """Kinds of features of a configuration, concatenated."""
    scaling: Literal["standard", "whiten", "none"] = "standard"
    """Scaling of the features."""
    environments: bool = False
    """Whether to select atoms by their environments; whole configurations are written, and the
    selected atoms are true in the column `chosen`."""
    chunk_size: Whole | None = None
    """Rows of a chunk in a hierarchical selection; by default the selector decides."""
    oversampling: float = 2.0
    """How many times `count` each chunk keeps."""
    levels: bool = False
    """Whether to read the rows once, level by level: faster for huge files, a result close to that
    of all rows at once."""
    workers: Whole = 1
    """Number of processes; the result does not depend on it."""
    scheduler: str | None = None
    """Address of a Dask scheduler to work on."""
    indices: FilePath | None = None
    """File of the file and frame of each selected configuration (.json, .csv or .txt)."""
    report: FilePath | None = None
    """Folder for report.html, figures and selection.json."""

    @model_validator(mode="after")
    def _check_size(self) -> Self:
        """One of count, budget and quotas, or count and quotas."""
        if self.budget is not None and (self.count is not None or self.quotas):
            raise PydanticCustomError("size", "give a budget, or count and quotas; not both")
        if self.budget is None and self.count is None and not self.quotas:
            raise PydanticCustomError("size", "count: missing; or give a budget, or quotas")
        if self.cost is not None and self.budget is None:
            raise PydanticCustomError("size", "cost needs a budget")
        if self.budget is not None and self.environments:
            raise PydanticCustomError("size", "budget is for configurations, not for environments")
        total = sum(self.quotas.values())
        if self.quotas and self.count is not None and self.count < total:
            text = f"count is {self.count}, below the sum of the quotas, {total}"
            raise PydanticCustomError("size", text)
        taken = sorted({"n_to_select", "expected_size", "random_state"} & set(self.parameters))
        if taken:
            text = f"parameters: {taken[0]} is set by count and seed"
            raise PydanticCustomError("size", text)
        return self

    @property
    def number(self) -> int:
        """Number of rows that are wanted; 0 where a budget decides."""
        return sum(self.quotas.values()) if self.count is None else self.count

    @property
    def noun(self) -> str:
        """What is selected."""
        return "atoms" if self.environments else "configurations"
