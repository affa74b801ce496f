"""Errors and variances of labelled configurations that a fit did not see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from potlearn.errors import UncertaintyError
from potlearn.fit.weights import QUANTITIES
from potlearn.potentials.uncertain import UncertainPotential
from potlearn.runtime import Progress, reporting
from potlearn.typing import Array, Indices
from potlearn.uncertainty.calibration import Scores
from potlearn.uncertainty.link import Link
from potlearn.uncertainty.quantify import fingerprints

if TYPE_CHECKING:
    from potlearn.data import Dataset

SHOWN = 3
PLAIN = {quantity: Link() for quantity in QUANTITIES}
"""Links whose standard deviations are roots of the variances."""


def held_out_scores(
    potential: UncertainPotential, dataset: Dataset, label: Indices, progress: Progress = None
) -> dict[str, Scores]:
    """Errors and variances by quantity; the potential's uncertainty has :data:`PLAIN` links.

    Parameters
    ----------
    label : (n,)
        Block of every configuration.

    Raises
    ------
    UncertaintyError
        No labels.
    """
    parts: dict[str, list[Scores]] = {}
    with reporting(progress, "held-out errors") as report:
        for i in range(len(dataset)):
            for quantity, errors, variances in _errors(potential, dataset, i):
                owner = np.full(len(errors), label[i])
                parts.setdefault(quantity, []).append(Scores.of(errors, variances, owner))
            if report:
                report(i + 1, len(dataset))
    if not parts:
        raise UncertaintyError("no labelled energy, forces or stress to calibrate on")
    return {q: Scores.joined(parts[q]) for q in QUANTITIES if q in parts}


def check_unseen(known: Indices, dataset: Dataset) -> None:
    """Refuse configurations whose geometry is one of those that a fit saw.

    Raises
    ------
    UncertaintyError
        Names the first of them.
    """
    seen = np.flatnonzero(np.isin(fingerprints(dataset), known)).tolist()
    if seen:
        names = ", ".join(dataset.source(i) for i in seen[:SHOWN])
        more = f" and {len(seen) - SHOWN} more" if len(seen) > SHOWN else ""
        raise UncertaintyError(
            f"{len(seen)} of {len(dataset)} configurations were in the fit ({names}{more}): their "
            "errors are too small to calibrate on; take them out"
        )


def _errors(
    potential: UncertainPotential, dataset: Dataset, i: int
) -> Iterator[tuple[str, Array, Array]]:
    """Quantity, errors (m,) and variances (m,) of a configuration, in the units of a fit's rows."""
    atoms, labels, n = dataset[i], dataset.labels(i), len(dataset[i])
    prediction, spread = potential.predict(atoms), potential.spread(atoms)
    if labels.energy is not None and spread.energy is not None:
        error = np.array([(prediction.energy - labels.energy) / n])
        yield "energy", error, np.array([(spread.energy / n) ** 2])
    if labels.forces is not None and spread.forces is not None:
        chosen = slice(None) if labels.force_mask is None else labels.force_mask
        errors = (prediction.forces - labels.forces)[chosen]
        yield "forces", errors.ravel(), (spread.forces[chosen] ** 2).ravel()
    if labels.stress is not None and spread.stress is not None:
        volume = atoms.get_volume()
        error = (prediction.virial + volume * labels.stress) / n
        yield "stress", error, (spread.stress * volume / n) ** 2
