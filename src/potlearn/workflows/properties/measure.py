"""Properties of several models of one crystal, each kept as soon as it is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from potlearn.runtime import Executor, InProcess, Report, working_alone
from potlearn.typing import Atoms
from potlearn.workflows.properties.base import Property
from potlearn.workflows.properties.kept import Kept
from potlearn.workflows.properties.model import Model
from potlearn.workflows.properties.relaxation import Relaxation
from potlearn.workflows.properties.result import Result
from potlearn.workflows.properties.work import Job, Work, done


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
    executor: Executor | None = None,
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
        Keeps each result as soon as it is known; the same call finds them again.  A result belongs
        to model, crystal and settings: whatever else changes, it is not calculated again.
    executor : Executor, optional
        Where to measure; by default in this process.  It changes no result.
    report : callable, optional
        Called with (done, total).

    Raises
    ------
    SpeciesError
        An element that a model does not know.
    PropertyError
        The crystal cannot be relaxed by one of the models.
    BusyError
        Another process works in the folder.
    UncertaintyError
        Error bars were asked for, and no model has an uncertainty.
    OutputError
        The folder cannot be written.
    """
    for model in models:
        model.check(crystal)
    if samples and not any(model.has_uncertainty for model in models):
        models[0].sample(samples)  # says what to do
    with working_alone(folder):
        kept = Kept.of(folder)
        work = Work(crystal, properties, relaxation or Relaxation(), kept.folder)
        crystals = {model.name: work.relaxed(model) for model in models}
        jobs = [job for model in models for job in work.jobs(model, crystals[model.name], samples)]
        found = list(
            zip(jobs, done(jobs, work, kept, executor or InProcess(), report), strict=True)
        )
    results = {
        name: _with_errors([pair for pair in found if pair[0].model.name == name])
        for name in crystals
    }
    return Measured(results, crystals, kept.n_calculated, kept.n_found)


def _with_errors(found: Sequence[tuple[Job, Mapping[str, Result]]]) -> dict[str, Result]:
    """The results of a model, with error bars by those of potentials drawn from its posterior."""
    mean = {k: result for job, one in found if not job.drawn for k, result in one.items()}
    drawn = [one for job, one in found if job.drawn]
    return {
        name: result.with_errors([other[name] for other in drawn if name in other])
        for name, result in mean.items()
    }
