"""Settings of properties: what is asked, of which crystal, and with how many error bars."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from potlearn.errors import ConfigError
from potlearn.tasks.settings.from_class import section_of
from potlearn.tasks.settings.section import Element, FilePath, Section
from potlearn.tasks.settings.tables import NameIn
from potlearn.typing import Positive
from potlearn.workflows.properties.crystals import PROTOTYPES
from potlearn.workflows.properties.relaxation import Relaxation
from potlearn.workflows.properties.table import PROPERTIES, USUAL


def _file_or_name(name: str, info: ValidationInfo) -> str:
    """The path of a file from the folder of the configuration, or a name as it is."""
    path = Path((info.context or {}).get("folder", ""), name)
    return str(path) if path.is_file() else name


def _as_structure(value: Any) -> Any:
    """A text is the name of a file."""
    return {"file": value} if isinstance(value, str | Path) else value


def _as_properties(value: Any) -> Any:
    """A list of names, or one name, takes all settings as they are."""
    names = [value] if isinstance(value, str) else value
    return {name: {} for name in names} if isinstance(names, list | tuple) else names


def _known_properties(found: dict[str, Any]) -> dict[str, Any]:
    """Settings of every property, checked."""
    unknown = [name for name in found if name not in PROPERTIES]
    if unknown or not found:
        problem = "expected one or several of {known}, got {unknown}"
        got = {"known": ", ".join(PROPERTIES), "unknown": ", ".join(unknown) or "none"}
        raise PydanticCustomError("properties", problem, got)
    try:
        return {
            name: section_of(PROPERTIES[name], f"{PROPERTIES[name].__name__}Config")
            .of(given or {}, name)
            .model_dump(exclude_none=True)
            for name, given in found.items()
        }
    except ConfigError as error:
        raise PydanticCustomError("properties", "{text}", {"text": str(error)}) from error


CalculatorName = Annotated[str, AfterValidator(_file_or_name)]
"""The file of a potential, or the name of a calculator."""


RelaxationConfig: Any = section_of(Relaxation, "RelaxationConfig")


class StructureConfig(Section):
    """The crystal: a frame of a file, or the prototype of an element."""

    file: FilePath | None = None
    """File with a crystal, anything that ASE reads."""
    index: int = -1
    """Number of the frame, from 0; -1 is the last one."""
    prototype: Annotated[str, NameIn(lambda: PROTOTYPES)] | None = None
    """diamond, fcc, bcc, hcp or sc; by default that of the lowest energy."""
    species: Element | None = None
    """Element of the prototype; may be absent where the model has one alone."""
    a: Positive | None = None
    """Lattice constant to start from, Å; by default that of the least energy among some."""

    @model_validator(mode="after")
    def _choose_one(self) -> Self:
        if self.file is not None and (self.prototype or self.species or self.a):
            raise PydanticCustomError("structure", "expected a 'file', or else a 'prototype'")
        if self.a is not None and self.prototype is None:
            raise PydanticCustomError("structure", "'a' belongs to a 'prototype'; name one")
        return self


class PropertiesOutput(Section):
    """What is written, and where."""

    folder: Annotated[FilePath, Field(validate_default=True)] = Path("properties")
    """Folder of results; made if absent."""
    report: bool = True
    """Whether to write report.html and figures/."""


class PropertiesConfig(Section):
    """Properties of a crystal by one or two models."""

    model: CalculatorName
    """Potential (a file), or a calculator: a name such as emt, or module:callable."""
    settings: dict[str, Any] = Field(default_factory=dict)
    """Arguments of the calculator."""
    python: str | None = None
    """Another Python in which the calculator is installed, such as /usr/bin/python3."""
    reference: CalculatorName | None = None
    """A second potential or calculator to compare with."""
    reference_settings: dict[str, Any] = Field(default_factory=dict)
    """Arguments of the calculator of the reference."""
    reference_python: str | None = None
    """Another Python in which the calculator of the reference is installed."""
    structure: Annotated[StructureConfig, BeforeValidator(_as_structure)] = StructureConfig()
    """File, or a section with a file or a prototype; it is relaxed by each model."""
    properties: Annotated[
        dict[str, Any], AfterValidator(_known_properties), BeforeValidator(_as_properties)
    ] = Field(default_factory=lambda: {name: {} for name in USUAL})
    """Names, or names with their settings: lattice, eos, elastic, vacancy, surface, phonons,
    dynamics; by default all but dynamics."""
    samples: Annotated[int, Field(ge=0, le=1000)] | None = None
    """Potentials drawn from the posterior, for error bars; by default 10 where the model has an
    uncertainty."""
    relaxation: RelaxationConfig = RelaxationConfig()
    """fmax (eV/Å) and steps of every relaxation."""
    workers: Annotated[int, Field(ge=1)] = 1
    """Number of processes; the results do not depend on it."""
    scheduler: str | None = None
    """Address of a Dask scheduler to work on."""
    output: PropertiesOutput = PropertiesOutput()
    """Folder and files."""

    def relaxing(self) -> Relaxation:
        """Where relaxations end."""
        return Relaxation(**self.relaxation.model_dump(exclude_none=True))
