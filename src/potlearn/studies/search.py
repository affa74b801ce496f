r"""The best way to choose for some data and a number of configurations, searched by Optuna.

A trial is a method: selector, kernel, features, scale, size of the features' descriptor, chunks.
Its value is

.. math::
    v = \exp \frac1S \sum_s \frac1{|Q|} \sum_{q \in Q} \log \frac{e_{s q}}{e^0_{s q}}

with mean absolute errors :math:`e` of energies and forces on validation set s, a part of the pool,
and those :math:`e^0` of a random choice from the same rest of the pool: below 1 it pays to choose.
The study is kept on disk.  The test set has no part in it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from potlearn.errors import DataError, FitError, SelectionError
from potlearn.runtime import SERIAL, Runtime, require
from potlearn.runtime.store.content import check_content
from potlearn.select import SELECTORS
from potlearn.studies.compare import Split
from potlearn.studies.fits import HeldOut, SubsetFits
from potlearn.studies.methods import Method
from potlearn.typing import Array, Indices, Settings

QUANTITIES = ("energy_mae", "forces_mae")
RANDOM = Method("random", "random")


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

    def method(self, suggest: Callable[[str, Sequence[Any]], Any]) -> Method:
        """The method of a trial, which ``suggest`` makes choices for."""
        selector = suggest("method", self.methods)
        parameters: Settings = {}
        if any(f.name == "kernel" for f in fields(SELECTORS[selector])):
            parameters["kernel"] = suggest("kernel", self.kernels)
        kinds = tuple(suggest("features", ["+".join(k) for k in self.features]).split("+"))
        scaling = suggest("scaling", self.scalings)
        descriptor = suggest("descriptor", self.descriptors)
        chunk = suggest("chunk_size", self.chunk_sizes)
        return Method(
            "best", selector, parameters, kinds, scaling, descriptor, chunk_size=chunk or None
        )


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

    def __call__(self, trial: Any) -> float:
        """Value of an Optuna trial; one that cannot be done is pruned, with the reason."""
        optuna = _optuna()
        try:
            method = self.space.method(trial.suggest_categorical)
            logs: list[float] = []
            for step, split in enumerate(self.splits):
                logs.append(self._log_ratio(method, split, step))
                trial.report(float(np.exp(np.mean(logs))), step)
                if trial.should_prune():
                    raise optuna.TrialPruned
        except (SelectionError, FitError) as error:
            trial.set_user_attr("error", str(error))
            raise optuna.TrialPruned(str(error)) from error
        return float(np.exp(np.mean(logs)))

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
) -> Any:
    """The Optuna study in ``path`` (SQLite), continued to that many finished trials.

    Trials are done one after the other; ``runtime`` gives progress (trials done, all).

    Raises
    ------
    DataError
        The study is of other data or another space.
    SelectionError
        No trial could be done.
    """
    optuna = _optuna()
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        study = optuna.create_study(
            storage=f"sqlite:///{path}",
            study_name="selection",
            load_if_exists=True,
            sampler=optuna.samplers.TPESampler(seed=seed),
            pruner=optuna.pruners.MedianPruner(n_startup_trials=10, n_warmup_steps=1),
        )
        _check_content(study, path, content)
        with runtime.reporting("trials") as report:
            for done in range(len(finished(study)), trials):
                study.optimize(objective, n_trials=1)
                if report:
                    report(done + 1, trials)
    finally:
        optuna.logging.set_verbosity(before)
    if not any(trial.value is not None for trial in completed(study)):
        reasons = {trial.user_attrs.get("error", "") for trial in finished(study)}
        raise SelectionError(f"no trial could be done: {'; '.join(sorted(reasons))}")
    return study


def best_method(objective: Objective, study: Any) -> Method:
    """The method of the study's best trial."""
    params = study.best_trial.params
    return objective.space.method(lambda name, _: params[name])


def finished(study: Any) -> list[Any]:
    """Trials that are over; those that a kill left are not."""
    state = _optuna().trial.TrialState
    return list(study.get_trials(deepcopy=False, states=(state.COMPLETE, state.PRUNED)))


def completed(study: Any) -> list[Any]:
    """Trials with a value."""
    state = _optuna().trial.TrialState
    return list(study.get_trials(deepcopy=False, states=(state.COMPLETE,)))


def _optuna() -> Any:
    return require("optuna", "tune", "the search")


def _check_content(study: Any, path: Path, content: Mapping[str, Any]) -> None:
    wanted = json.loads(json.dumps(content))
    found = study.user_attrs.get("content")
    if found is None:
        study.set_user_attr("content", wanted)
    else:
        check_content(f"{path}: this file", found, wanted, "search", DataError)
