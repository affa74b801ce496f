"""Settings of active learning: what to begin with, where to explore, what triggers, when to end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, create_model, model_validator
from pydantic_core import PydanticCustomError

from potlearn.errors import PotlearnError
from potlearn.select import SELECTORS
from potlearn.select.given import Continues
from potlearn.tasks.settings.dynamics import CalculatorConfig
from potlearn.tasks.settings.from_class import section_of
from potlearn.tasks.settings.section import (
    Element,
    FilePath,
    Names,
    Paths,
    Section,
    as_list,
    as_tuple,
)
from potlearn.tasks.settings.solver import SolverConfig
from potlearn.tasks.settings.tables import NameIn, SectionOf
from potlearn.typing import Count
from potlearn.uncertainty import METHODS
from potlearn.workflows.dynamics import DynamicsSettings
from potlearn.workflows.generation import GENERATORS
from potlearn.workflows.learning import STOPS, TRIGGERS

LABELS, QUIET = 100, 10.0
"""Labels, and ps without a trigger, that end learning by default."""
Whole = Annotated[int, Field(ge=1)]


class PartConfig(Section):
    """A part of a table, and its settings."""

    kind: str
    """Name of the part."""

    def made(self, table: Any) -> Any:
        """The part."""
        given = self.model_dump(exclude={"kind"}, exclude_none=True)
        return table.load(self.kind)(**given)


@cache
def _part_section(name: str, cls: type) -> type[Section]:
    """The fields of a part's class, and its name as the only value of ``kind``."""
    kind: Any = Literal[name]
    base = create_model("PartConfig", __base__=PartConfig, __module__=__name__, kind=(kind, ...))
    return section_of(cls, f"{cls.__name__}Config", base)


def _parts(table: Any) -> Any:
    """Annotation of a section of any part of a table, chosen by ``kind``."""
    return SectionOf("kind", lambda: table, lambda name: _part_section(name, table.load(name)))


GeneratorConfig = Annotated[PartConfig, _parts(GENERATORS)]
TriggerConfig = Annotated[PartConfig, _parts(TRIGGERS)]
StopConfig = Annotated[PartConfig, _parts(STOPS)]


def _listed(value: Any) -> Any:
    """One section where a list is allowed means a list of one."""
    return (value,) if isinstance(value, dict) else as_tuple(value)


LISTED = BeforeValidator(_listed)


def _continuing() -> Iterable[str]:
    """Selectors that take account of what is in the set."""
    return [name for name in SELECTORS if issubclass(SELECTORS[name], Continues)]


class BeginConfig(Section):
    """What the first set is made of."""

    files: Paths | None = None
    """Files of structures; labels in them are not looked at."""
    elements: Annotated[
        tuple[Element, ...], BeforeValidator(as_tuple), BeforeValidator(as_list)
    ] = ()
    """Elements whose crystals are structures to start from."""
    labelled: Paths | None = None
    """Files of labelled configurations, which belong to the set and cost nothing."""
    generate: Annotated[tuple[GeneratorConfig, ...], LISTED] | None = None
    """What is made of the structures; each generator starts from all that there is before it. By
    default perturbed and strained copies, or nothing where labelled configurations are given."""
    count: Whole = 12
    """Most structures of the first set, chosen by the selector among all that were made."""


class SourceConfig(CalculatorConfig):
    """Where labels come from: a calculator by name, and its settings."""

    python: str | None = None
    """Another Python in which the calculator is installed, such as /usr/bin/python3."""


class RunConfig(Section):
    """A condition to explore, beside the settings of dynamics."""

    name: str | None = None
    """What it is called; by default from its temperature and start."""
    start: FilePath | None = None
    """File with the structure of the run; by default all structures to start from, in turn."""


class ExploreConfig(Section):
    """Where runs explore with the present potential."""

    temperatures: Annotated[tuple[float, ...], BeforeValidator(as_tuple), Field(min_length=1)] = (
        300.0,
        1000.0,
        2500.0,
    )
    """Temperatures in K: each with every structure to start from, unless runs are given."""
    steps: Whole = 1000
    """Steps of every run."""
    timestep: Annotated[float, Field(gt=0, le=100)] = 1.0
    """fs."""
    ensemble: str = "langevin"
    """As of potlearn md."""
    atoms: Whole = 32
    """Periodic structures are repeated until they have at least so many atoms."""
    structures: Whole = 2
    """Most structures to start from that are run; the first ones."""
    runs: Annotated[tuple[Any, ...], LISTED] | None = None
    """Conditions of their own, with all settings of potlearn md's dynamics, name and start."""

    def conditions(self) -> list[Any]:
        """Checked sections of the runs that were given."""
        return [RUN.of(run, "explore.runs") for run in self.runs or ()]


RUN: Any = section_of(DynamicsSettings, "ConditionConfig", RunConfig)


class ChoiceConfig(Section):
    """Which candidates are labelled, given what is in the set."""

    method: Annotated[str, NameIn(_continuing)] = "map"
    """A selector that continues from known rows."""
    parameters: dict[str, Any] = Field(default_factory=dict)
    """Parameters of the selector."""
    features: Names = ("mean",)
    """Features of a configuration; several are concatenated."""
    scaling: Literal["standard", "whiten", "none"] = "standard"
    """How features are scaled."""
    batch: Whole = 5
    """Most labels of a round."""
    most: Whole = 20
    """Most candidates of a run; a run that has as many ends."""


class LearnOutput(Section):
    """What is written, and where."""

    folder: Annotated[FilePath, Field(validate_default=True)] = Path("learned")
    """Folder of the state, the set, the labels and the potential; made if absent."""
    report: bool = True
    """Whether to write report.html and learning.png at the end."""


class LearnConfig(Section):
    """Active learning: explore, notice, choose, label, fit again."""

    start: BeginConfig
    """Structures to begin with."""
    calculator: SourceConfig
    """Where labels come from: any calculator of ASE, or module:callable."""
    descriptor: dict[str, Any] = Field(default_factory=dict)
    """As in a fit; what is absent has defaults: an ACE basis of the start's elements."""
    fit: SolverConfig = SolverConfig()
    """As in a fit; the solver must need no folds."""
    repulsion: bool = True
    """Whether a screened nuclear repulsion (ZBL) is under the fit."""
    uncertainty: Annotated[str, NameIn(lambda: METHODS)] = "calibrated"
    """Way to expected errors."""
    explore: ExploreConfig = ExploreConfig()
    """Where runs explore."""
    triggers: Annotated[tuple[TriggerConfig, ...], LISTED, Field(min_length=1)] | None = None
    """What makes a configuration a candidate; by default the extrapolation grade gamma."""
    select: ChoiceConfig = ChoiceConfig()
    """Which candidates are labelled."""
    stop: Annotated[tuple[StopConfig, ...], LISTED, Field(min_length=1)] | None = None
    """The first rule that is reached ends learning; by default 100 labels, or no trigger in 10 ps.
    In any case a hundred rounds do."""
    validation: Paths | None = None
    """Files of labelled configurations on which errors are measured after every round."""
    protect: bool = True
    """Whether rounds run with a wall around the set, and the last potential is protected beyond
    its data."""
    seed: Count = 0
    """Seed of everything that is drawn."""
    output: LearnOutput = LearnOutput()
    """Folder and files."""

    @model_validator(mode="after")
    def _check_parts(self) -> Self:
        start = self.start
        if start.files is None and not start.elements and start.labelled is None:
            problem = "expected start.files, start.elements or start.labelled"
            raise PydanticCustomError("start", problem)
        if self.fit.weights.key is not None:
            problem = "fit.weights.key: labels of active learning have no weights of their own"
            raise PydanticCustomError("weights", problem)
        makers: list[Callable[[], object]] = [self.explore.conditions]
        makers += [lambda p=p, t=t: p.made(t) for p, t in self._parts()]  # type: ignore[misc]
        for make in makers:
            try:
                make()
            except PotlearnError as error:
                words = str(error).replace("{", "{{").replace("}", "}}")
                raise PydanticCustomError("learn", words) from error
        return self

    def with_budget(self, labels: int) -> Self:
        """The same with another budget of labels; its other stop rules stay."""
        rules = ({"kind": "quiet", "ps": QUIET},) if self.stop is None else self.stop
        plain = [rule if isinstance(rule, dict) else rule.model_dump() for rule in rules]
        others = [rule for rule in plain if rule["kind"] != "budget"]
        stop = [{"kind": "budget", "labels": labels}, *others]
        return type(self).of({**self.model_dump(exclude_none=True), "stop": stop})

    def _parts(self) -> list[tuple[PartConfig, Any]]:
        """All parts with their tables."""
        named = [(self.start.generate, GENERATORS), (self.triggers, TRIGGERS), (self.stop, STOPS)]
        return [(part, table) for parts, table in named for part in parts or ()]
