"""Properties of several models of one crystal, each kept as soon as it is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from potlearn.errors import MissingExtraError, OutputError, PotlearnError, PropertyError
from potlearn.runtime import Journal, Report, content_key, say, working_alone
from potlearn.typing import Atoms, Settings
from potlearn.workflows.properties.base import Case, Property
from potlearn.workflows.properties.model import Model
from potlearn.workflows.properties.relaxation import Relaxation
from potlearn.workflows.properties.result import Result

JOURNAL = "properties.jsonl"
CONTENT = {"kind": "properties", "version": 1}


@dataclass(frozen=True)
class Measured:
    """Properties of models.

    Attributes
    ----------
    results : mapping of str to mapping of str to Result
        By model, then by property.
    crystals : mapping of str to Atoms
        The crystal as each model relaxed it.
    n_calculated, n_found : int
        Results that were calculated, and that an earlier run had left.
    """

    results: Mapping[str, Mapping[str, Result]]
    crystals: Mapping[str, Atoms]
    n_calculated: int
    n_found: int


def measure(
    models: Sequence[Model],
    crystal: Atoms,
    properties: Mapping[str, Property],
    *,
    samples: int = 0,
    relaxation: Relaxation | None = None,
    folder: str | Path | None = None,
    report: Report | None = None,
) -> Measured:
    """Properties of a crystal by each model, which relaxes the crystal first.

    Parameters
    ----------
    models : sequence of Model
        Their names differ.
    crystal : Atoms
        Where relaxations start.
    properties : mapping of str to Property
    samples : int
        Potentials drawn from the posterior of every model that has one, for error bars of
        parameters.
    relaxation : Relaxation, optional
    folder : path, optional
        Keeps each result when it is there; the same call finds them again.  Results are kept by
        model, crystal and settings: whatever else changes, they are not calculated again.
    report : callable, optional
        Called with (done, total).

    Raises
    ------
    SpeciesError
        An element that a model does not know.
    PropertyError
        The crystal cannot be relaxed by one of the models; another process works in the folder.
    UncertaintyError
        Error bars were asked for, and no model has an uncertainty.
    OutputError
        The folder cannot be written.
    """
    with working_alone(folder, PropertyError):
        return _measured(models, crystal, properties, samples, relaxation, folder, report)


def _measured(
    models: Sequence[Model],
    crystal: Atoms,
    properties: Mapping[str, Property],
    samples: int,
    relaxation: Relaxation | None,
    folder: str | Path | None,
    report: Report | None,
) -> Measured:
    """Each model's properties, and those of potentials drawn from its posterior."""
    for model in models:
        model.check(crystal)
    uncertain = [model for model in models if model.has_uncertainty]
    if samples and not uncertain:
        models[0].sample(samples)  # says what to do
    kept = _Kept.of(folder)
    work = _Work(crystal, properties, relaxation or Relaxation(), kept, report)
    work.total = len(properties) * len(models) + len(work.drawable) * samples * len(uncertain)
    results, crystals = {}, {}
    for model in models:
        case = work.case(model)
        crystals[model.name] = case.crystal
        mean = work.of(model, case, properties)
        drawn = [work.drawn(other, case) for other in model.sample(samples * model.has_uncertainty)]
        results[model.name] = {
            name: result.with_errors([other[name] for other in drawn if name in other])
            for name, result in mean.items()
        }
    return Measured(results, crystals, kept.n_calculated, kept.n_found)


class _Kept:
    """Results on the disk by their content keys."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.n_calculated = self.n_found = 0
        self._journal: Journal | None = None
        self._known: dict[str, Settings] = {}

    @classmethod
    def of(cls, folder: str | Path | None) -> _Kept:
        kept = cls(None if folder is None else Path(folder))
        if kept.folder is not None:
            kept.folder.mkdir(parents=True, exist_ok=True)
            path = kept.folder / JOURNAL
            kept._journal = Journal.open(path, CONTENT, "properties", PropertyError)
            entries = kept._journal.checked(PropertyError, key=str, result=dict)
            kept._known = {entry["key"]: entry["result"] for entry in entries}
        return kept

    def get(self, key: str) -> Settings | None:
        """A result that is there."""
        found = self._known.get(key)
        self.n_found += found is not None
        return found

    def add(self, key: str, result: Settings) -> None:
        """Keep a result."""
        self.n_calculated += 1
        if self._journal is not None:
            self._journal.add({"key": key, "result": result})


@dataclass
class _Work:
    """What is measured, and how far the work is."""

    crystal: Atoms
    properties: Mapping[str, Property]
    relaxation: Relaxation
    kept: _Kept
    report: Report | None
    total: int = 0
    done: int = 0

    def case(self, model: Model, start: Atoms | None = None) -> Case:
        """The crystal as the model relaxes it."""
        atoms = (self.crystal if start is None else start).copy()
        atoms.calc = model.calculator()
        what = f"{model.name}: {atoms.get_chemical_formula()} crystal"
        self.relaxation.relax(atoms, what, cell=True)
        folder = self.kept.folder
        own = None if folder is None else folder / "runs" / content_key(model.content, 8)
        return Case(atoms.copy(), model.calculator, self.relaxation, own)

    def drawn(self, model: Model, mean: Case) -> Mapping[str, Result]:
        """Properties of a potential drawn from the posterior."""
        try:
            case = self.case(model, mean.crystal)
        except PotlearnError as error:
            self.done += len(self.drawable)
            return {name: Result(problem=str(error)) for name in self.drawable}
        return self.of(model, case, self.drawable)

    @property
    def drawable(self) -> Mapping[str, Property]:
        """Properties that are measured for drawn potentials, too."""
        return {name: part for name, part in self.properties.items() if part.drawn}

    def of(self, model: Model, case: Case, parts: Mapping[str, Property]) -> dict[str, Result]:
        """These properties of a model."""
        results = {}
        for name, property_ in parts.items():
            say(self.report, f"{model.name}: {name}")
            results[name] = self._one(model, case, name, property_)
            self.done += 1
            if self.report is not None:
                self.report(self.done, self.total)
        return results

    def _one(self, model: Model, case: Case, name: str, property_: Property) -> Result:
        atoms = self.crystal
        key = content_key(
            {
                "model": model.content,
                "crystal": [atoms.numbers, atoms.positions, atoms.cell.array],
                "relaxation": asdict(self.relaxation),
                "property": [name, property_],
            }
        )
        found = self.kept.get(key)
        if found is not None:
            return Result.from_dict(found)
        result = _tried(case, property_)
        self.kept.add(key, result.to_dict())
        return result


def _tried(case: Case, property_: Any) -> Result:
    """The property, or why there is none: one that fails does not take the others with it."""
    try:
        result: Result = property_.measure(case)
    except (MissingExtraError, OutputError):
        raise
    except (PotlearnError, ArithmeticError, RuntimeError, ValueError) as error:
        return Result(problem=" ".join(str(error).split()) or type(error).__name__)
    return result
