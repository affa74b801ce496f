"""Settings of a selection."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import Field

from potlearn.tasks.settings.data import LabelsConfig
from potlearn.tasks.settings.section import FilePath, Names, Paths
from potlearn.tasks.settings.tables import NameIn
from potlearn.typing import Count


def _selectors() -> Iterable[str]:
    from potlearn.select import SELECTORS

    return SELECTORS


Whole = Annotated[int, Field(ge=1)]


class SelectConfig(LabelsConfig):
    """Which configurations of some files are worth a calculation."""

    files: Annotated[Paths, Field(min_length=1)]
    """File or files to select from, anything that ASE reads; labels are not needed."""
    count: int
    """Number of configurations to select (of atoms, with `environments`)."""
    output: FilePath
    """File of the selected configurations (.extxyz)."""
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
    report: FilePath | None = None
    """Folder for report.html, figures and selection.json."""

    @property
    def noun(self) -> str:
        """What is selected."""
        return "atoms" if self.environments else "configurations"
