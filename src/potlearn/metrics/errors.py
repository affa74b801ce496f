r"""Error measures of an evaluation, per group and overall, and their bootstrap intervals.

With reference values :math:`y_i`, predictions :math:`p_i`, errors :math:`e_i = p_i - y_i`, means
:math:`\bar y, \bar p` and :math:`i = 1 \dots n` over labelled components:

.. math::

   \text{mae} &= \tfrac1n \textstyle\sum_i |e_i|, \qquad
   \text{mse} = \tfrac1n \sum_i e_i^2, \qquad
   \text{rmse} = \sqrt{\text{mse}}, \qquad
   \text{max} = \max_i |e_i| \\
   \text{rsq} &= 1 - \frac{\sum_i e_i^2}{\sum_i (y_i - \bar y)^2}, \qquad
   \text{cov} = \tfrac1n \textstyle\sum_i (y_i - \bar y)(p_i - \bar p)

so that :math:`\text{mse} = \text{var}(y) + \text{var}(p) - 2\,\text{cov} + (\bar p - \bar y)^2`.
Components are energies per atom (eV/atom), Cartesian force components (eV/Å) and Voigt stress
components (eV/Å³); mse and cov have the squared units.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from potlearn.metrics.evaluation import QUANTITIES, Evaluation, Values
from potlearn.typing import Indices

Number = float | int | None
Interval = tuple[float, float] | None

EVERYTHING = "all"
COSINE_THRESHOLD = 0.01
"""Reference forces (eV/Å) below this have no direction worth comparing."""

_DRAWS_AT_ONCE = 4_000_000


def metrics(evaluation: Evaluation) -> dict[str, dict[str, dict[str, Number]]]:
    """Errors of everything and of each group.

    Returns
    -------
    dict
        ``{"all" | group: {"energy" | "forces" | "stress": {"mae", "mse", "rmse", "rsq", "cov",
        "max", "n"}}}``, ``"forces"`` with ``"mean_cos"`` too.  A number that is not defined (no
        labels; ``rsq`` with fewer than two values or none that differ) is None.  ``"all"`` is
        always every configuration, also where some have that very name for a group.
    """
    names = _groups(evaluation)
    result: dict[str, dict[str, dict[str, Number]]] = {name: {} for name in names}
    for quantity in QUANTITIES:
        values = evaluation.values(quantity)
        for name, chosen in _parts(evaluation, values.configuration).items():
            result[name][quantity] = error_measures(values.take(chosen))
    cosines, atoms = force_cosines(evaluation)
    for name, chosen in _parts(evaluation, evaluation.owner[atoms]).items():
        part = cosines[chosen]
        result[name]["forces"]["mean_cos"] = float(part.mean()) if len(part) else None
    return result


def _parts(evaluation: Evaluation, owner: Indices) -> dict[str, Indices | slice]:
    """Which entries, each of the configuration ``owner`` (m,), belong to each group."""
    groups = evaluation.by_group()
    code = np.zeros(len(evaluation), dtype=np.int64)
    for number, chosen in enumerate(groups.values()):
        code[chosen] = number
    order = np.argsort(code[owner], kind="stable")
    bounds = np.searchsorted(code[owner][order], np.arange(len(groups) + 1))
    parts = {name: order[bounds[k] : bounds[k + 1]] for k, name in enumerate(groups)}
    return parts | {EVERYTHING: slice(None)}


def _groups(evaluation: Evaluation) -> dict[str, NDArray[np.bool_]]:
    """Members of everything, and of each group."""
    everything = np.ones(len(evaluation), dtype=bool)
    return evaluation.by_group() | {EVERYTHING: everything}


def error_measures(values: Values) -> dict[str, Number]:
    """Measures of one quantity by the formulas of this module; None where not defined."""
    n = len(values.reference)
    if n == 0:
        return dict.fromkeys(("mae", "mse", "rmse", "rsq", "cov", "max")) | {"n": 0}
    error = values.error
    y = values.reference - values.reference.mean()
    p = values.prediction - values.prediction.mean()
    mse = float(np.mean(error**2))
    return {
        "mae": float(np.mean(np.abs(error))),
        "mse": mse,
        "rmse": float(np.sqrt(mse)),
        "rsq": _rsq(values.reference, mse, float(np.mean(y**2))),
        "cov": float(np.mean(y * p)),
        "max": float(np.max(np.abs(error))),
        "n": n,
    }


def _rsq(reference: NDArray[np.float64], mse: float, variance: float) -> Number:
    """1 - mse / variance, or None where all references are the same."""
    return 1.0 - mse / variance if np.ptp(reference) > 0 and variance > 0 else None


def force_cosines(
    evaluation: Evaluation, threshold: float = COSINE_THRESHOLD
) -> tuple[NDArray[np.float64], Indices]:
    r"""Cosine between predicted and reference force of each atom, and which atoms these are.

    .. math:: c_a = \frac{F_a \cdot F_a^{pred}}{|F_a|\,|F_a^{pred}|}

    Atoms with a labelled force :math:`|F_a|` above ``threshold`` (eV/Å); a predicted force that is
    exactly zero counts as :math:`c_a = 0`.

    Returns
    -------
    cosines : (m,)
    atoms : (m,)
        Indices among all atoms.
    """
    reference = np.linalg.norm(evaluation.forces_ref, axis=1)
    atoms = np.flatnonzero(reference > threshold)
    predicted = np.linalg.norm(evaluation.forces_pred[atoms], axis=1)
    dot = np.sum(evaluation.forces_ref[atoms] * evaluation.forces_pred[atoms], axis=1)
    scale = reference[atoms] * np.where(predicted > 0, predicted, 1.0)
    return np.clip(dot / scale, -1.0, 1.0), atoms


def bootstrap(
    evaluation: Evaluation, n: int = 1000, seed: int | np.random.Generator = 0
) -> dict[str, dict[str, dict[str, Interval]]]:
    """95 % intervals of mae and rmse: quantiles 0.025 and 0.975 over ``n`` resamplings.

    Whole configurations are drawn with replacement from those of the group that carry the label
    (the forces of one configuration are not independent), as many as there are.

    Parameters
    ----------
    evaluation : Evaluation
    n : int
        Resamplings.
    seed : int or numpy.random.Generator
        Fixes the draws.

    Returns
    -------
    dict
        ``{"all" | group: {quantity: {"mae" | "rmse": (low, high)}}}``; None with fewer than two
        labelled configurations, which say nothing about the spread.
    """
    rng = np.random.default_rng(seed)
    members = _groups(evaluation)
    sums = {quantity: _configuration_sums(evaluation, quantity) for quantity in QUANTITIES}
    return {
        name: {quantity: _intervals(sums[quantity][chosen], n, rng) for quantity in QUANTITIES}
        for name, chosen in members.items()
    }


def _configuration_sums(evaluation: Evaluation, quantity: str) -> NDArray[np.float64]:
    """Sum of |e|, sum of e^2 and number of components of each configuration, (n, 3)."""
    values = evaluation.values(quantity)
    weights = (np.abs(values.error), values.error**2, np.ones(len(values.error)))
    return np.stack(
        [np.bincount(values.configuration, w, minlength=len(evaluation)) for w in weights], axis=1
    )


def _intervals(sums: NDArray[np.float64], n: int, rng: np.random.Generator) -> dict[str, Interval]:
    """Quantiles of the two ratios of resampled sums."""
    sums = sums[sums[:, 2] > 0]
    if len(sums) < 2:
        return {"mae": None, "rmse": None}
    totals = _resampled(sums, n, rng)
    mae, mse = totals[:, 0] / totals[:, 2], totals[:, 1] / totals[:, 2]
    samples = {"mae": mae, "rmse": np.sqrt(mse)}
    bounds = {name: np.quantile(sample, (0.025, 0.975)) for name, sample in samples.items()}
    return {name: (float(low), float(high)) for name, (low, high) in bounds.items()}


def _resampled(sums: NDArray[np.float64], n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Sums over m rows drawn with replacement, n times: (m, 3) -> (n, 3)."""
    m = len(sums)
    at_once = max(1, _DRAWS_AT_ONCE // m)
    parts = []
    for start in range(0, n, at_once):
        draws = min(at_once, n - start)
        drawn = rng.integers(0, m, size=(draws, m)) + np.arange(draws)[:, None] * m
        counts = np.bincount(drawn.ravel(), minlength=draws * m).reshape(draws, m)
        parts.append(counts @ sums)
    return np.concatenate(parts)
