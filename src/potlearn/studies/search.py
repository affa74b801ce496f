r"""The best way to choose for some data and a number of configurations, searched.

A trial is a method: selector, kernel, features, scale, size of the features' descriptor, chunks.
Its value is

.. math::
    v = \exp \frac1S \sum_s \frac1{|Q|} \sum_{q \in Q} \log \frac{e_{s q}}{e^0_{s q}}

with mean absolute errors :math:`e` of energies and forces on validation set s, a part of the pool,
and those :math:`e^0` of a random choice from the same rest of the pool: below 1 it pays to choose.
A trial whose ratio on the first validation sets is worse than the median of other trials is not
finished.  The study is kept on disk.  The test set has no part in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from potlearn.errors import FitError, SelectionError, TuneError
from potlearn.runtime import SERIAL, Runtime
from potlearn.select import SELECTORS
from potlearn.studies.compare import Split
from potlearn.studies.fits import HeldOut, SubsetFits
from potlearn.studies.methods import Method
from potlearn.tune import Asked, Choice, Outcome, Shared, Study, Trial
from potlearn.tune import Space as Keys
from potlearn.tune.search import search as run
from potlearn.typing import Array, Indices

QUANTITIES = ("energy_mae", "forces_mae")
RANDOM = Method("random", "random")
VALUE = "value"
# So many trials are finished, and so many validation sets of a trial are done, before one is given
# up.
FIRST, WARM_UP = 10, 1


@dataclass(frozen=True)
class Space:
    """What is tried; every field is a choice of a trial.

    Attributes
    ----------
    methods : tuple of str
        Selectors.
    kernels : tuple of str
        Kernels of those selectors that have one.
    features : tuple of tuple of str
    scalings : tuple of str
    descriptors : tuple of str
        Names of the features' descriptors.
    chunk_sizes : tuple of int
        0: all at once.
    """

    methods: tuple[str, ...]
    kernels: tuple[str, ...]
    features: tuple[tuple[str, ...], ...]
    scalings: tuple[str, ...]
    descriptors: tuple[str, ...]
    chunk_sizes: tuple[int, ...] = (0,)

    def __post_init__(self) -> None:
        unknown = [name for name in self.methods if name not in SELECTORS]
        if unknown:
            raise SelectionError(
                f"unknown selector {unknown[0]!r}; expected some of {', '.join(SELECTORS)}"
            )

    def keys(self) -> Keys:
        """The same, key by key; kernels are for those selectors that have one."""
        with_kernel = tuple(name for name in self.methods if _has_kernel(name))
        kernels = {"kernel": Choice(self.kernels)} if with_kernel else {}
        return Keys(
            {
                "method": Choice(self.methods),
                **kernels,
                "features": Choice("+".join(kinds) for kinds in self.features),
                "scaling": Choice(self.scalings),
                "descriptor": Choice(self.descriptors),
                "chunk_size": Choice(self.chunk_sizes),
            },
            {"kernel": {"method": with_kernel}} if with_kernel else {},
        )

    @staticmethod
    def method(values: Mapping[str, Any]) -> Method:
        """The method of a trial."""
        return Method(
            "best",
            values["method"],
            {"kernel": values["kernel"]} if "kernel" in values else {},
            tuple(values["features"].split("+")),
            values["scaling"],
            values["descriptor"],
            chunk_size=values["chunk_size"] or None,
        )


def _has_kernel(selector: str) -> bool:
    return any(field.name == "kernel" for field in fields(SELECTORS[selector]))


@dataclass(frozen=True)
class Objective:
    """Value of a method.

    Attributes
    ----------
    fits : SubsetFits
    features : function
        Raw features of all configurations by :attr:`Method.rows`.
    size : int
        Number of configurations to choose.
    splits : sequence of Split
        Rests of the pool, and validation sets.
    space : Space
    """

    fits: SubsetFits
    features: Callable[[tuple[str, ...]], Array]
    size: int
    splits: Sequence[Split]
    space: Space

    def outcome(self, asked: Asked, others: Sequence[Trial]) -> Outcome:
        """Value of a trial, and its value after every validation set."""
        values: dict[str, float] = {}
        try:
            method, logs = self.space.method(asked.parameters), list[float]()
            for step, split in enumerate(self.splits):
                logs.append(self._log_ratio(method, split, step))
                values[f"sets {step + 1}"] = float(np.exp(np.mean(logs)))
                if step + 1 < len(self.splits) and _hopeless(values, step, others):
                    reason = f"after {step + 1} validation sets worse than the median"
                    return Outcome(asked.number, values, reason)
        except (SelectionError, FitError) as error:
            return Outcome(asked.number, values, str(error))
        return Outcome(asked.number, {**values, VALUE: float(np.exp(np.mean(logs)))})

    def _log_ratio(self, method: Method, split: Split, seed: int) -> float:
        test = self.fits.held_out(split.test)
        ours = self._errors(self.choose(method, split.pool, seed), test)
        random = np.random.default_rng(seed).permutation(split.pool)[: self.size]
        theirs = self._errors(random, test)
        known = [q for q in QUANTITIES if q in ours]
        return float(np.mean([np.log(ours[q] / theirs[q]) for q in known]))

    def _errors(self, chosen: Indices, test: HeldOut) -> dict[str, float]:
        return test.errors(self.fits.fit(chosen).coefficients)

    def choose(self, method: Method, pool: Indices, seed: int) -> Indices:
        """Configurations that a method chooses from a pool."""
        groups = np.array(self.fits.groups, dtype=str)[pool]
        X = self.features(method.rows)[pool]
        return np.asarray(pool[method.choose(X, groups, self.size, seed).indices])


def search(
    objective: Objective,
    path: Path,
    content: Mapping[str, Any],
    trials: int,
    seed: int = 0,
    runtime: Runtime = SERIAL,
) -> list[Trial]:
    """The trials of the study in ``path`` (SQLite), continued to that many finished ones.

    Trials are done one after the other; ``runtime`` gives progress (trials done, all).

    Raises
    ------
    DataError
        The study is of other data or another space.
    SelectionError
        No trial could be done.
    """
    study = Study.open(
        Shared(f"sqlite:///{path}", "selection"),
        objective.space.keys(),
        [VALUE],
        seed=seed,
        content=dict(content),
        name="selection",
    )

    def evaluate(asked: Sequence[Asked]) -> Iterator[Outcome]:
        return (objective.outcome(one, finished(study.trials())) for one in asked)

    with runtime.reporting("trials") as report:
        try:
            return run(study, evaluate, trials=trials, batch=1, report=report).trials
        except TuneError as error:
            raise SelectionError(f"no trial could be done: {error}") from error


def best_trial(trials: Sequence[Trial]) -> Trial:
    """The trial with the smallest value."""
    return min(finished(trials), key=lambda trial: trial.values[VALUE])


def finished(trials: Sequence[Trial]) -> list[Trial]:
    """Trials with a value."""
    return [trial for trial in trials if trial.state == "done"]


def _hopeless(values: Mapping[str, float], step: int, others: Sequence[Trial]) -> bool:
    """Whether the best value of a trial so far is above the median of the others at this step."""
    if step < WARM_UP or len(others) < FIRST:
        return False
    median = np.median([trial.values[f"sets {step + 1}"] for trial in others])
    return bool(min(values.values()) > median)
