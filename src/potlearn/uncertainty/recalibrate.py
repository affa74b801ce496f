"""Expected errors calibrated on held-out configurations, in place of leave-one-out residuals."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from potlearn.errors import UncertaintyError
from potlearn.potentials.linear import LinearPotential
from potlearn.potentials.neural import NeuralPotential
from potlearn.runtime import Progress
from potlearn.typing import Indices
from potlearn.uncertainty.calibration import Scores, calibrate
from potlearn.uncertainty.ensemble import EnsembleUncertainty
from potlearn.uncertainty.held_out import PLAIN, check_unseen, held_out_scores
from potlearn.uncertainty.link import Link
from potlearn.uncertainty.linked import LinkedUncertainty
from potlearn.uncertainty.quadratic import QuadraticUncertainty
from potlearn.uncertainty.quantify import block_labels

if TYPE_CHECKING:
    from potlearn.data import Dataset

Fitted = TypeVar("Fitted", LinearPotential, NeuralPotential)


def recalibrate(
    potential: Fitted,
    dataset: Dataset,
    *,
    blocks: Sequence[Hashable] | Indices | None = None,
    progress: Progress = None,
) -> Fitted:
    """The potential with links from variances to errors that held-out configurations support.

    Use it where new configurations will not be like those of the fit, and some labelled ones of
    the new kind are at hand.

    Parameters
    ----------
    potential : LinearPotential or NeuralPotential
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
    if not isinstance(uncertainty, QuadraticUncertainty | EnsembleUncertainty):
        raise UncertaintyError("the potential has no uncertainty to calibrate; fit it with one")
    check_unseen(uncertainty.known, dataset)
    bare = replace(potential, uncertainty=replace(uncertainty, links=PLAIN, grade=None))
    scores = held_out_scores(bare, dataset, block_labels(dataset, blocks), progress)
    links = {q: _link(uncertainty, q, found) for q, found in scores.items()}
    new = replace(uncertainty, links={**uncertainty.links, **links})
    return replace(potential, uncertainty=new)


def _link(uncertainty: LinkedUncertainty, quantity: str, scores: Scores) -> Link:
    """The new link; samples become as much wider as expected errors become larger."""
    new, old = calibrate(scores, quantity), uncertainty.links.get(quantity)
    if old is None:
        return new
    sizes = [np.linalg.norm(link.std(scores.variances)) for link in (new, old)]
    return replace(new, widening=float(old.widening * sizes[0] / sizes[1]))
