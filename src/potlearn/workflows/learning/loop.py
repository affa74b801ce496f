"""Active learning: explore, notice, choose, label, fit again, until a stop rule ends it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from potlearn.runtime import SERIAL, Runtime, working_alone
from potlearn.workflows.learning.course import Course
from potlearn.workflows.learning.given import Given
from potlearn.workflows.learning.place import Place
from potlearn.workflows.learning.plan import Plan
from potlearn.workflows.learning.standing import History

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.potentials import LinearPotential


@dataclass(frozen=True)
class Learned:
    """What active learning gives.

    Attributes
    ----------
    potential : LinearPotential
        Also in ``model.potl``.
    dataset : Dataset
        The labelled set; also in ``set.extxyz``.
    history : History
        Rounds, and why learning ended.
    """

    potential: LinearPotential
    dataset: Dataset
    history: History


def learn(
    given: Given,
    plan: Plan,
    folder: str | Path,
    *,
    runtime: Runtime = SERIAL,
) -> Learned:
    """Learn a potential, and the set that it needs, until a stop rule is reached.

    Every finished step is on the disk: the same call after an interruption of any kind continues,
    and gives the same set.  A call with other stop rules, such as a larger budget, adds to it.

    Parameters
    ----------
    given : Given
        Structures, conditions, calculator.
    plan : Plan
        How to learn.
    folder : path
        Where the state is kept.
    runtime : Runtime
        Workers, which run conditions and label configurations in parallel, and progress.

    Raises
    ------
    LearningError
        Nothing to begin with, no configuration of the first set can be labelled, no run of a round
        takes a step, or the folder holds other work.
    BusyError
        Another process works in the folder.
    SpeciesError
        A structure has an element that the descriptor does not know.
    LabellingError
        The calculator is missing.
    """
    given.check(plan)
    with working_alone(folder):
        place = Place.open(folder, {**given.content(), **plan.content()})
        work = Course(given, plan, place, runtime)
        work.begin()
        while (reason := work.reached()) is None:
            work.explore_and_refit()
        potential, dataset = work.finish(reason)
    return Learned(potential, dataset, work.history)
