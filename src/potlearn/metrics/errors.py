"""Errors of an evaluation, over everything and by group."""

from __future__ import annotations

import numpy as np

from potlearn.metrics.evaluation import Evaluation, Values
from potlearn.metrics.measures import COSINE_THRESHOLD, Number, cosines, measures_of
from potlearn.metrics.quantities import QUANTITIES
from potlearn.typing import Array, Indices, Mask

EVERYTHING = "all"
"""Name of the group that holds every configuration."""

Measured = dict[str, dict[str, dict[str, Number]]]
"""Numbers by group, quantity and measure."""


def metrics(evaluation: Evaluation) -> Measured:
    """Errors of everything and of each group.

    Returns
    -------
    dict
        ``{"all" | group: {"energy" | "forces" | "stress": {"mae": ..., "n": ...}}}`` with the
        measures of :data:`~potlearn.metrics.MEASURES`.  A number that is not defined (no labels;
        ``rsq`` with fewer than two values or none that differ) is None.  ``"all"`` is always every
        configuration, also where some have that very name for a group.
    """
    result: Measured = {name: {} for name in members(evaluation)}
    for quantity in QUANTITIES:
        values = evaluation.values(quantity)
        for name, chosen in _parts(evaluation, values.configuration).items():
            result[name][quantity] = error_measures(quantity, values.take(chosen))
    return result


def error_measures(quantity: str, values: Values) -> dict[str, Number]:
    """Every measure of a quantity; None where not defined."""
    return {name: measure(values) for name, measure in measures_of(quantity).items()}


def members(evaluation: Evaluation) -> dict[str, Mask]:
    """Members (n,) of each group, and of everything."""
    return evaluation.by_group() | {EVERYTHING: np.ones(len(evaluation), dtype=bool)}


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


def force_cosines(
    evaluation: Evaluation, threshold: float = COSINE_THRESHOLD
) -> tuple[Array, Indices]:
    """Cosine between predicted and reference force of atoms, and which atoms these are.

    Returns
    -------
    cosines : (m,)
        As :func:`~potlearn.metrics.measures.cosines` defines them.
    atoms : (m,)
        Indices, among all atoms, of those whose reference force exceeds ``threshold`` (eV/Å).
    """
    found, atoms = cosines(evaluation.forces_ref, evaluation.forces_pred, threshold)
    return found, np.flatnonzero(atoms)
