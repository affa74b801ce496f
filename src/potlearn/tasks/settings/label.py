"""Settings of the labelling of configurations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from potlearn.tasks.settings.data import LabelsConfig
from potlearn.tasks.settings.section import FilePath, Paths, as_tuple
from potlearn.typing import Positive

DATABASES = (".db",)
TEXTS = (".extxyz", ".xyz")
Property = Literal["energy", "forces", "stress"]


class LabellingConfig(LabelsConfig):
    """Which configurations are labelled, by which calculator, and where the labels are kept."""

    files: Annotated[Paths, Field(min_length=1)]
    """File or files of configurations, anything that ASE reads; labels in them are not used."""
    calculator: str
    """Name of the calculator: emt, gpaw, mace, vasp or another name of ASE's, module:callable, or
    the file of a potential."""
    settings: dict[str, Any] = Field(default_factory=dict)
    """Arguments of the calculator, such as xc: PBE."""
    python: str | None = None
    """Another Python in which the calculator is installed, such as /usr/bin/python3."""
    timeout: Positive | None = None
    """Longest time of a calculation in seconds; one that takes longer is killed and has failed. By
    default there is no limit."""
    output: str
    """Database of ASE (.db, or postgresql://...), or a file of configurations (.extxyz), for which
    a database beside it keeps the labels."""
    database: str | None = None
    """Database that keeps the labels, where `output` is a file of configurations; by default the
    one with its name in .db."""
    properties: Annotated[tuple[Property, ...], BeforeValidator(as_tuple)] = (
        "energy",
        "forces",
        "stress",
    )
    """What is calculated, where the calculator has it; stress only of what is periodic along all
    cell vectors."""
    retry: bool = False
    """Whether to calculate again what failed before."""
    keep: FilePath | None = None
    """Folder in which the inputs and outputs of the calculator stay, one folder for each label."""
    workers: Annotated[int, Field(ge=1)] = 1
    """Number of processes; the labels do not depend on it."""
    scheduler: str | None = None
    """Address of a Dask scheduler to work on."""

    @model_validator(mode="after")
    def _check_output(self) -> Self:
        if self.database is not None and self.text is None:
            problem = "database: for an output in .extxyz; this output is a database itself"
            raise PydanticCustomError("output", problem)
        if not self._is_url and Path(self.output).suffix.lower() not in (*DATABASES, *TEXTS):
            problem = "output: expected a name in .db or .extxyz, or postgresql://..., got {output}"
            raise PydanticCustomError("output", problem, {"output": self.output})
        return self

    @property
    def _is_url(self) -> bool:
        return "://" in self.output

    @property
    def store(self) -> str:
        """Where the labels are kept."""
        if self.text is None:
            return self.output
        return self.database or str(self.text.with_suffix(DATABASES[0]))

    @property
    def text(self) -> Path | None:
        """File of labelled configurations, if one is wanted."""
        is_text = not self._is_url and Path(self.output).suffix.lower() in TEXTS
        return Path(self.output) if is_text else None
