r"""Which parameters decide over a value: permutation importance of a random forest.

A forest predicts the logarithm of the value from the parameters, on one half of the trials; on the
other half

.. math:: I_p = R^2 - R^2(\text{values of } p \text{ permuted})

(mean over permutations and over both halves; Breiman, Mach. Learn. 45, 5, 2001).  A parameter that
applies to some trials only is permuted among these, and has its median elsewhere, so that it says
nothing about whether it applies.  Lists of numbers enter by their mean; other words by the mean
value of their trials in the half that is learned.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from potlearn.runtime import require
from potlearn.tune.trial import Trial, Value
from potlearn.typing import Array, Indices

LEAST, MOST = 30, 600
"""Trials that importances need at least, and that are used at most."""
_REPEATS, _TREES, _SMOOTH = 5, 50, 3.0


@dataclass(frozen=True)
class Importances:
    """Loss of R² by parameter, largest first, and R² on the halves that were not learned."""

    losses: Mapping[str, float]
    explained: float


def importances(
    trials: Sequence[Trial], name: str, seed: int | np.random.Generator = 0
) -> Importances | None:
    """Importances of the parameters for a value; None with fewer than 30 trials that have it.

    Parameters
    ----------
    trials : sequence of Trial
    name : str
        An objective, or another measured value.
    seed : int or numpy.random.Generator

    Raises
    ------
    MissingExtraError
        scikit-learn is not installed.
    """
    ensemble = require("sklearn.ensemble", "select", "the importance of parameters")
    rng = np.random.default_rng(seed)
    done = [t for t in trials if t.state == "done" and np.isfinite(t.values.get(name, np.nan))]
    if len(done) < LEAST:
        return None
    if len(done) > MOST:
        done = [done[i] for i in np.sort(rng.choice(len(done), MOST, replace=False))]
    y = _target(np.array([t.values[name] for t in done]))
    columns = _varied(done)
    halves = np.array_split(rng.permutation(len(done)), 2)
    explained, losses = list[float](), defaultdict[str, list[float]](list)
    for learn, judge in (halves, halves[::-1]):
        X = np.column_stack([_encoded(values, y, learn) for values in columns.values()] or [y * 0])
        forest = ensemble.ExtraTreesRegressor(
            _TREES, min_samples_leaf=2, random_state=int(rng.integers(2**31))
        ).fit(X[learn], y[learn])
        base = _r2(y[judge], forest.predict(X[judge]))
        explained.append(base)
        permuted = [
            copy
            for j, values in enumerate(columns.values())
            for copy in _permuted(X[judge], j, _applying(values, judge), rng)
        ]
        predicted = forest.predict(np.concatenate(permuted or [X[judge]]))
        scores = [_r2(y[judge], part) for part in predicted.reshape(-1, len(judge))]
        for j, parameter in enumerate(columns):
            own = scores[j * _REPEATS : (j + 1) * _REPEATS]
            losses[parameter].append(base - float(np.mean(own)))
    means = {parameter: float(np.mean(found)) for parameter, found in losses.items()}
    largest_first = dict(sorted(means.items(), key=lambda item: -item[1]))
    return Importances(largest_first, float(np.mean(explained)))


def _target(values: Array) -> Array:
    scaled = np.log(values) if (values > 0).all() else values
    target: Array = (scaled - scaled.mean()) / (scaled.std() or 1.0)
    return target


def _varied(trials: Sequence[Trial]) -> dict[str, list[Value]]:
    """Values of each parameter that differs between trials; None where it does not apply."""
    names = dict.fromkeys(name for trial in trials for name in trial.parameters)
    columns = {name: [trial.parameters.get(name) for trial in trials] for name in names}
    return {
        name: values
        for name, values in columns.items()
        if len({json.dumps(v, default=str) for v in values if v is not None}) > 1
    }


def _encoded(values: Sequence[Value], y: Array, learn: Indices) -> Array:
    """A parameter as numbers."""
    known = [_number(value) for value in values]
    if any(k is None and v is not None for k, v in zip(known, values, strict=True)):
        known = _by_mean([json.dumps(v, default=str) for v in values], y, learn)
    column = np.array([np.nan if k is None else k for k in known])
    applies = np.array([value is not None for value in values])
    column[~applies] = np.median(column[applies])
    return column


def _number(value: Value) -> float | None:
    """A number, or the mean of a list of numbers; None of anything else."""
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, list | tuple) and value:
        parts = [_number(part) for part in value]
        numbers = [part for part in parts if part is not None]
        return float(np.mean(numbers)) if len(numbers) == len(parts) else None
    return None


def _by_mean(words: Sequence[str], y: Array, learn: Indices) -> list[float | None]:
    """The mean of y over the learned trials with the same word, drawn towards 0 if they are few."""
    sums, counts = defaultdict[str, float](float), defaultdict[str, int](int)
    for i in learn.tolist():
        sums[words[i]] += float(y[i])
        counts[words[i]] += 1
    return [sums[word] / (counts[word] + _SMOOTH) for word in words]


def _applying(values: Sequence[Value], judge: Indices) -> Indices:
    """Places in ``judge`` of trials to which a parameter applies."""
    return np.array([i for i, k in enumerate(judge) if values[k] is not None], dtype=np.int64)


def _permuted(X: Array, j: int, rows: Indices, rng: np.random.Generator) -> list[Array]:
    """Copies of X with the j-th column permuted among some rows."""
    copies = [X.copy() for _ in range(_REPEATS)]
    for copy in copies:
        copy[rows, j] = copy[rng.permutation(rows), j]
    return copies


def _r2(y: Array, predicted: Array) -> float:
    return 1.0 - float(np.sum((y - predicted) ** 2) / (np.sum((y - y.mean()) ** 2) or 1.0))
