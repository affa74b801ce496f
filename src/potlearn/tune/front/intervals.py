r"""Bootstrap intervals of the front, paired over validation configurations.

With the mean absolute error :math:`e_{ic}` of trial i on configuration c, which has :math:`n_c`
components of the quantity,

.. math:: \mathrm{MAE}_i = \sum_c n_c e_{ic} \Big/ \sum_c n_c

(of squared errors the root of the mean).  Whole configurations are drawn with replacement, the
same ones for every trial: what makes a draw hard for one trial makes it hard for the others, and
differences between trials are known better than each of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from potlearn.errors import DataError
from potlearn.metrics import QUANTITIES
from potlearn.metrics.intervals import resampled
from potlearn.tune.front.point import Uncertain
from potlearn.typing import Array

DRAWS = 1000
_SUFFIX = {"mae": "", "rmse": "_sq"}
# Largest difference, in parts of it, between an objective and the mean of its parts.
_AGREE = 0.01
# Largest error: sums of larger ones are no numbers.
_MOST = 1e280


@dataclass(frozen=True)
class Bootstrap:
    """Resampled objectives of the points of a front.

    Attributes
    ----------
    samples : mapping of str to (draws, n) array
        By objective; a column of NaN for a point without errors per configuration.
    """

    samples: Mapping[str, Array] = field(default_factory=dict)

    def uncertain(self, name: str, i: int, value: float) -> Uncertain:
        """The value of point i with quantiles 0.025 and 0.975 and the standard error."""
        if name not in self.samples or not np.isfinite(self.samples[name][:, i]).all():
            return Uncertain(value)
        column = self.samples[name][:, i]
        low, high = np.quantile(column, (0.025, 0.975)).tolist()
        return Uncertain(value, low, high, _std(column))

    def error_of_difference(self, name: str, i: int, j: int) -> float:
        """Standard error of the difference of two points; NaN if there is none."""
        if name not in self.samples:
            return float("nan")
        a, b = self.samples[name][:, i], self.samples[name][:, j]
        return _std(a - b)


def _std(sample: Array) -> float:
    """Standard deviation, also of numbers whose squares are none."""
    size = float(np.abs(sample).max()) or 1.0
    return size * float((sample / size).std(ddof=1))


def bootstrap(
    errors: Mapping[str, Array],
    trials: Sequence[int],
    values: Mapping[str, Sequence[float]],
    draws: int = DRAWS,
    seed: int | np.random.Generator = 0,
) -> Bootstrap:
    """Resample the objectives that have errors per configuration.

    Parameters
    ----------
    errors : mapping of str to (n_config,) array
        ``"trial_0012/forces"``: mean absolute error of each configuration, ``.../forces_sq``: mean
        squared error (only an objective ``forces_rmse`` needs it), ``.../forces_n``: number of
        components, 0 for a configuration without the label.
    trials : sequence of int
        Trials of the points.
    values : mapping of str to sequence of float
        Objectives of the points by name, such as ``forces_mae``.
    draws, seed
        Number of resamplings; what fixes them.

    Raises
    ------
    DataError
        Arrays of a trial are missing or of other shapes than those of the others, or their mean is
        not the objective.
    """
    rng = np.random.default_rng(seed)
    samples = {}
    for name, found in values.items():
        parts = _parts(errors, trials, name)
        if parts is not None:
            samples[name] = _resampled(*parts, np.asarray(found), name, (draws, rng))
    return Bootstrap(samples)


def _parts(
    errors: Mapping[str, Array], trials: Sequence[int], name: str
) -> tuple[Array, Array] | None:
    """Errors (n_config, n_trials) and numbers of components (n_config,); None without them."""
    quantity, _, measure = name.rpartition("_")
    if quantity not in QUANTITIES or measure not in _SUFFIX:
        return None
    keys = [f"trial_{t:04d}/{quantity}{_SUFFIX[measure]}" for t in trials]
    known = [key for key in keys if key in errors]
    if not known:
        return None
    counts = _counts(errors, known, quantity)
    empty = np.full(counts.shape, np.nan)
    columns = [errors.get(key, empty) for key in keys]
    for key, column in zip(keys, columns, strict=True):
        if column.shape != counts.shape:
            raise DataError(
                f"errors.npz: {key}: expected {counts.shape} as {known[0]}, got {column.shape}"
            )
    table = np.stack(columns, axis=1)
    labelled = table[counts > 0]
    if ((labelled < 0) | (labelled > _MOST)).any():
        raise DataError(f"errors.npz: an error of {quantity} is below 0 or above {_MOST:g}")
    return table, counts


def _counts(errors: Mapping[str, Array], known: Sequence[str], quantity: str) -> Array:
    """Components of each configuration, which must be the same for all trials."""
    places = [f"{key.partition('/')[0]}/{quantity}_n" for key in known]
    for place in places:
        if place not in errors or not np.array_equal(errors[place], errors[places[0]]):
            raise DataError(
                f"errors.npz: {place}: missing, or other than {places[0]}; all trials are judged "
                "on the same configurations"
            )
    counts = errors[places[0]]
    if counts.ndim != 1 or not (np.isfinite(counts).all() and (counts >= 0).all()):
        raise DataError(f"errors.npz: {places[0]}: expected a list of numbers not below 0")
    return counts


def _resampled(
    errors: Array, counts: Array, values: Array, name: str, drawn: tuple[int, np.random.Generator]
) -> Array:
    """Objectives of all resamplings, (draws, n_trials); NaN with fewer than two configurations."""
    errors, counts = errors[counts > 0], counts[counts > 0]
    draws, rng = drawn
    if len(counts) < 2:
        return np.full((draws, errors.shape[1]), np.nan)
    root = np.sqrt if name.endswith("_rmse") else np.asarray
    _check_means(root(counts / counts.sum() @ errors), values, name)
    shares = counts / counts.mean()
    totals = resampled(np.column_stack([shares[:, None] * errors, shares]), draws, rng)
    found: Array = root(totals[:, :-1] / totals[:, -1:])
    return found


def _check_means(means: Array, values: Array, name: str) -> None:
    """Compare means of the errors per configuration with the objectives."""
    apart = np.flatnonzero(np.abs(means - values) > _AGREE * np.abs(values))
    if len(apart):
        i = int(apart[0])
        raise DataError(
            f"errors.npz: {name}: the errors per configuration of point {i + 1} have mean "
            f"{means[i]:.4g}, front.json has {values[i]:.4g}; the two are not of one study"
        )
