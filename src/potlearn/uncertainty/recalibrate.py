"""Expected errors calibrated on held-out configurations, in place of leave-one-out residuals."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from potlearn.errors import UncertaintyError
from potlearn.fit.weights import QUANTITIES
from potlearn.potentials.linear import LinearPotential
from potlearn.runtime import Progress, reporting
from potlearn.typing import Array, Indices
from potlearn.uncertainty.calibration import Scores, calibrate
from potlearn.uncertainty.link import Link
from potlearn.uncertainty.quadratic import QuadraticUncertainty
from potlearn.uncertainty.quantify import block_labels, fingerprints

if TYPE_CHECKING:
    from potlearn.data import Dataset

SHOWN = 3


def recalibrate(
    potential: LinearPotential,
    dataset: Dataset,
    *,
    blocks: Sequence[Hashable] | Indices | None = None,
    progress: Progress = None,
) -> LinearPotential:
    """The potential with links from variances to errors that held-out configurations support.

    Use it where new configurations will not be like those of the fit, and some labelled ones of
    the new kind are at hand.

    Parameters
    ----------
    potential : LinearPotential
        With an uncertainty of any method.
    dataset : Dataset
        Labelled configurations that were not in the fit.
    blocks : (n,), optional
        As of :func:`~potlearn.uncertainty.quantify`.
    progress : callable or bool, optional
        As elsewhere.

    Raises
    ------
    UncertaintyError
        The potential has no uncertainty, configurations were in its fit (found by their geometry),
        or fewer than five blocks of labels.
    """
    uncertainty = potential.uncertainty
    if not isinstance(uncertainty, QuadraticUncertainty):
        raise UncertaintyError("the potential has no uncertainty to calibrate; fit it with one")
    _check_unseen(uncertainty, dataset)
    plain = replace(uncertainty, links={q: Link() for q in QUANTITIES}, grade=None)
    bare = replace(potential, uncertainty=plain)
    label = block_labels(dataset, blocks)
    parts: dict[str, list[Scores]] = {}
    with reporting(progress, "held-out errors") as report:
        for i in range(len(dataset)):
            for quantity, errors, variances in _errors(bare, dataset, i):
                owner = np.full(len(errors), label[i])
                parts.setdefault(quantity, []).append(Scores.of(errors, variances, owner))
            if report:
                report(i + 1, len(dataset))
    if not parts:
        raise UncertaintyError("no labelled energy, forces or stress to calibrate on")
    links = {q: _link(uncertainty, q, Scores.joined(found)) for q, found in parts.items()}
    new = replace(uncertainty, links={**uncertainty.links, **links})
    return replace(potential, uncertainty=new)


def _link(uncertainty: QuadraticUncertainty, quantity: str, scores: Scores) -> Link:
    """The new link; samples become as much wider as expected errors become larger."""
    new, old = calibrate(scores, quantity), uncertainty.links.get(quantity)
    if old is None:
        return new
    sizes = [np.linalg.norm(link.std(scores.variances)) for link in (new, old)]
    return replace(new, widening=float(old.widening * sizes[0] / sizes[1]))


def _check_unseen(uncertainty: QuadraticUncertainty, dataset: Dataset) -> None:
    seen = np.flatnonzero(uncertainty.seen(fingerprints(dataset))).tolist()
    if seen:
        names = ", ".join(dataset.source(i) for i in seen[:SHOWN])
        more = f" and {len(seen) - SHOWN} more" if len(seen) > SHOWN else ""
        raise UncertaintyError(
            f"{len(seen)} of {len(dataset)} configurations were in the fit ({names}{more}): their "
            "errors are too small to calibrate on; take them out"
        )


def _errors(
    potential: LinearPotential, dataset: Dataset, i: int
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
