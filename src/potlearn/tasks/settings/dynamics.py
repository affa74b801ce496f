"""Settings of a simulation: the start, what gives forces, the ensemble, watches and output."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from potlearn.errors import PotlearnError
from potlearn.tasks.settings.from_class import section_of
from potlearn.tasks.settings.model import Files
from potlearn.tasks.settings.section import FilePath, Section, as_tuple
from potlearn.typing import NonNegative, Positive
from potlearn.workflows.dynamics import DynamicsSettings
from potlearn.workflows.dynamics.watches.table import USUAL, make_watch

if TYPE_CHECKING:
    from potlearn.workflows.labels import CalculatorSpec

Whole = Annotated[int, Field(ge=1)]


def _as_start(value: Any) -> Any:
    """A text is the name of a file."""
    return {"file": value} if isinstance(value, str | Path) else value


class StartConfig(Section):
    """Where a simulation begins: a frame of a file, or a crystal."""

    file: FilePath | None = None
    """File of configurations, anything that ASE reads."""
    index: int = -1
    """Number of the frame, from 0; -1 is the last one."""
    crystal: str | None = None
    """Instead of a file: the crystal of an element (Si) or compound, by ase.build.bulk."""
    parameters: dict[str, Any] = Field(default_factory=dict)
    """Arguments of ase.build.bulk, such as a: 5.43 or crystalstructure: fcc; the cell is cubic
    if the crystal has a cubic cell."""
    repeat: Whole | Annotated[tuple[Whole, ...], BeforeValidator(as_tuple)] = 1
    """How often the cell is repeated, along all vectors or along each."""

    @model_validator(mode="after")
    def _choose_one(self) -> Self:
        if (self.file is None) == (self.crystal is None):
            raise PydanticCustomError("start", "expected a 'file', or else a 'crystal'")
        if isinstance(self.repeat, tuple) and len(self.repeat) != 3:
            raise PydanticCustomError("start", "repeat: expected a whole number, or three")
        return self


class CalculatorConfig(Section):
    """A calculator by name, and its settings."""

    name: str
    """Name of a calculator of ASE (emt), or module:callable."""
    settings: dict[str, Any] = Field(default_factory=dict)
    """Its arguments."""
    python: str | None = None
    """Another Python in which the calculator is installed, such as /usr/bin/python3."""
    timeout: Positive | None = None
    """Longest time of a calculation in seconds; one that takes longer is killed and has failed. By
    default there is no limit."""

    def spec(self) -> CalculatorSpec:
        """The calculator."""
        from potlearn.workflows.labels import CalculatorSpec

        return CalculatorSpec(self.name, self.settings, self.python, self.timeout)


class DynamicsOutput(Section):
    """What is written, and where."""

    folder: Annotated[FilePath, Field(validate_default=True)] = Path("md")
    """Folder of the run; made if absent."""
    formats: Annotated[
        tuple[Literal["extxyz", "traj"], ...], BeforeValidator(as_tuple), Field(min_length=1)
    ] = ("extxyz",)
    """trajectory.extxyz is always written; with traj also trajectory.traj, in ASE's own format, at
    the end."""
    figure: bool = True
    """Whether to draw md.png and md.pdf: temperature, energy, pressure and drift."""


class DynamicsBase(Section):
    """A simulation."""

    start: Annotated[StartConfig, BeforeValidator(_as_start)]
    """File, or a section with a file or a crystal."""
    potential: Files | None = None
    """Potential: a saved model (.potl), X.yace, or the two POD files."""
    calculator: CalculatorConfig | None = None
    """Instead of a potential: any calculator of ASE."""
    skin: NonNegative = 1.0
    """How far the neighbour list of a potential reaches beyond the cutoff, Å."""
    threads: Whole = 1
    """Threads of a potential; they change no number."""
    watch: dict[str, Any] = Field(default_factory=dict)
    """Watches that end the run. exploding, lost and drift are on unless they are false; gamma and
    force_std (eV/Å) are on if they have a limit: a number, or a section with limit and every."""
    output: DynamicsOutput = DynamicsOutput()
    """Folder and files."""

    @model_validator(mode="after")
    def _check_parts(self) -> Self:
        if (self.potential is None) == (self.calculator is None):
            raise PydanticCustomError("md", "expected a 'potential', or else a 'calculator'")
        try:
            self.dynamics()
            self.watches()
        except PotlearnError as error:
            raise PydanticCustomError("md", str(error).replace("{", "{{")) from error
        return self

    def dynamics(self) -> DynamicsSettings:
        """Settings of the dynamics themselves."""
        names = type(self).model_fields.keys() & DynamicsSettings.__dataclass_fields__.keys()
        given = {name: getattr(self, name) for name in names}
        return DynamicsSettings(**{k: v for k, v in given.items() if v is not None})

    def watches(self) -> list[Any]:
        """Watches that are on."""
        wanted: Mapping[str, Any] = dict.fromkeys(USUAL, True) | self.watch
        return [make_watch(name, given) for name, given in wanted.items() if given is not False]


DynamicsConfig: Any = section_of(DynamicsSettings, "DynamicsConfig", DynamicsBase)
