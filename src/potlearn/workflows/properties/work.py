"""The measurement of properties in pieces that workers can do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from potlearn.errors import (
    BusyError,
    ExecutionError,
    MissingExtraError,
    OutputError,
    PotlearnError,
)
from potlearn.runtime import Executor, Report, completed, content_key, say, session
from potlearn.typing import Atoms
from potlearn.workflows.properties.base import Case, Property
from potlearn.workflows.properties.kept import Kept
from potlearn.workflows.properties.model import Model
from potlearn.workflows.properties.relaxation import Relaxation
from potlearn.workflows.properties.result import Result


@dataclass(frozen=True)
class Job:
    """Properties of one model.

    Attributes
    ----------
    model : Model
    crystal : Atoms
        At rest; for a drawn model, where its relaxation starts.
    names : tuple of str
        Properties.
    drawn : bool
        Whether the model is drawn from the posterior of another one.
    """

    model: Model
    crystal: Atoms
    names: tuple[str, ...]
    drawn: bool = False


@dataclass(frozen=True)
class Work:
    """Measures properties of models.

    Parameters
    ----------
    crystal : Atoms
        Where relaxations start.
    properties : mapping of str to Property
    relaxation : Relaxation
    folder : path, optional
        For the files of long runs.
    """

    crystal: Atoms
    properties: Mapping[str, Property]
    relaxation: Relaxation
    folder: Path | None

    def relaxed(self, model: Model, start: Atoms | None = None) -> Atoms:
        """The crystal as a model relaxes it, without a calculator.

        Raises
        ------
        PropertyError
            It cannot be relaxed.
        """
        atoms = (self.crystal if start is None else start).copy()
        atoms.calc = model.calculator()
        what = f"{model.name}: {atoms.get_chemical_formula()} crystal"
        found: Atoms = self.relaxation.relax(atoms, what, cell=True).copy()
        return found

    def jobs(self, model: Model, crystal: Atoms, samples: int) -> Iterator[Job]:
        """One for each property of a relaxed crystal, and one for each drawn potential."""
        for name in self.properties:
            yield Job(model, crystal, (name,))
        drawn = tuple(name for name, part in self.properties.items() if part.drawn)
        for other in model.sample(samples * model.has_uncertainty):
            yield Job(other, crystal, drawn, drawn=True)

    def key(self, model: Model, name: str) -> str:
        """Key of a result: all that it depends on."""
        atoms = self.crystal
        return content_key(
            {
                "model": model.content,
                "crystal": [atoms.numbers, atoms.positions, atoms.cell.array],
                "relaxation": asdict(self.relaxation),
                "property": [name, self.properties[name]],
            }
        )

    def __call__(self, job: Job) -> dict[str, Result]:
        """The properties of a job; for one that fails, why."""
        try:
            case = self._case(job)
        except PotlearnError as error:
            return {name: Result(problem=str(error)) for name in job.names}
        return {name: _tried(case, self.properties[name]) for name in job.names}

    def _case(self, job: Job) -> Case:
        """The crystal as the model relaxes it."""
        model, crystal = job.model, job.crystal
        if job.drawn:
            crystal = self.relaxed(model, crystal)
        key = content_key(model.content, 8)
        own = None if self.folder is None else self.folder / "runs" / key
        return Case(crystal.copy(), model.calculator, self.relaxation, own)


def done(
    jobs: Sequence[Job], work: Work, kept: Kept, executor: Executor, report: Report | None
) -> list[dict[str, Result]]:
    """Results of all jobs: known ones, and new ones, each of which is kept at once."""
    found: list[dict[str, Result]] = [{} for _ in jobs]
    left = []
    for k, job in enumerate(jobs):
        for name in job.names:
            result = kept.get(work.key(job.model, name))
            if result is not None:
                found[k][name] = Result.from_dict(result)
        names = tuple(name for name in job.names if name not in found[k])
        if names:
            left.append((k, replace(job, names=names)))
    total = sum(len(job.names) for job in jobs)
    items = _told([job for _, job in left], report)
    with session(executor) as workers, closing(completed(workers, work, items)) as results:
        for n, results_of in results:
            k, job = left[n]
            found[k] |= _kept(results_of, job, work, kept)
            if report is not None:
                report(sum(map(len, found)), total)
    return found


def _kept(
    results: dict[str, Result] | ExecutionError, job: Job, work: Work, kept: Kept
) -> dict[str, Result]:
    """Keep results; those that a worker lost are not kept, and are tried again next time."""
    if isinstance(results, ExecutionError):
        return {name: Result(problem=str(results)) for name in job.names}
    for name, result in results.items():
        kept.add(work.key(job.model, name), result.to_dict())
    return results


def _told(jobs: Sequence[Job], report: Report | None) -> Iterator[Job]:
    """Jobs, as workers take them."""
    for job in jobs:
        say(report, f"{job.model.name}: {', '.join(job.names)}")
        yield job


def _tried(case: Case, property_: Any) -> Result:
    """The property, or why there is none: one that fails does not take the others with it."""
    try:
        result: Result = property_.measure(case)
    except (BusyError, MissingExtraError, OutputError):
        raise
    except (PotlearnError, ArithmeticError, RuntimeError, ValueError) as error:
        return Result(problem=" ".join(str(error).split()) or type(error).__name__)
    return result
