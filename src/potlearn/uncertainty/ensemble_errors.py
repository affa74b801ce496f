"""Expected errors of a neural ensemble, calibrated on configurations that training did not see."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from potlearn.errors import PotlearnWarning, UncertaintyError
from potlearn.potentials.linear import LinearPotential
from potlearn.potentials.neural import NeuralPotential
from potlearn.runtime import SERIAL, Runtime
from potlearn.typing import Indices
from potlearn.uncertainty.calibration import LEAST_BLOCKS, Scores, calibrate, too_few
from potlearn.uncertainty.ensemble import EnsembleUncertainty
from potlearn.uncertainty.grades.base import Grade
from potlearn.uncertainty.grades.registry import make_grade
from potlearn.uncertainty.held_out import PLAIN, check_unseen, held_out_scores
from potlearn.uncertainty.link import Link
from potlearn.uncertainty.linked import LinkedUncertainty
from potlearn.uncertainty.quantify import block_labels, fingerprints

if TYPE_CHECKING:
    from potlearn.data import Dataset

ROUNDING = 1e-9
"""Part of the largest error below which differences of members are rounding."""


def calibrated_ensemble(
    potential: NeuralPotential,
    validation: Dataset,
    *,
    train: Dataset | None = None,
    before: LinearPotential | NeuralPotential | None = None,
    grade: str | Grade | None = "maxvol",
    blocks: Sequence[Hashable] | Indices | None = None,
    runtime: Runtime = SERIAL,
) -> NeuralPotential:
    r"""The ensemble with expected errors, from residuals of a validation set.

    The variance of the members' predictions is made an expected error by a power, as that of a
    linear fit is: :math:`s = a v^p` of largest likelihood of Student's law, and half widths of
    intervals from quantiles of the residuals (:mod:`potlearn.uncertainty.calibration`).

    Parameters
    ----------
    potential : NeuralPotential
        With two members or more.
    validation : Dataset
        Labelled configurations that no step of the training saw.  Where they also chose the epoch,
        their errors are slightly too small.
    train : Dataset, optional
        What it was trained on: its configurations are refused for calibration, now and by
        :func:`~potlearn.uncertainty.recalibrate`, and the grade is made of them.
    before : LinearPotential or NeuralPotential, optional
        The potential from which training started: configurations that its expected errors know are
        refused, too.
    grade : str or Grade, optional
        Extrapolation grade of atoms: a name as of :func:`~potlearn.uncertainty.make_grade`, which
        is made of ``train`` (without it there is none), or a grade, such as that of the linear fit.
    blocks : (n,), optional
        As of :func:`~potlearn.uncertainty.quantify`; by default copies are a block.
    runtime : Runtime
        Workers and progress.

    Raises
    ------
    UncertaintyError
        One member, members that are all the same, configurations of ``train`` or of the training
        before in ``validation``, or labels of fewer than five blocks.
    """
    plain = EnsembleUncertainty(len(potential.heads), PLAIN)
    seen = [] if train is None else [fingerprints(train)]
    if before is not None and isinstance(before.uncertainty, LinkedUncertainty):
        seen.append(before.uncertainty.known)
    known = np.unique(np.concatenate([np.zeros(0, np.int64), *seen]))
    check_unseen(known, validation)
    label = block_labels(validation, blocks)
    bare = replace(potential, uncertainty=plain)
    links = _links(held_out_scores(bare, validation, label, runtime.progress))
    if isinstance(grade, str):
        found = None
        if train is not None:
            found = make_grade(train, potential.descriptor, grade, runtime=runtime)
        grade = found
    return replace(potential, uncertainty=replace(plain, links=links, grade=grade, known=known))


def _links(scores: dict[str, Scores]) -> dict[str, Link]:
    """Of every quantity with enough labels; a warning names the others."""
    if all(_agree(found) for found in scores.values()):
        raise UncertaintyError(
            "all members of the ensemble predict the same: they were not trained, or have the same "
            "seed"
        )
    enough = {q: found for q, found in scores.items() if found.n_blocks >= LEAST_BLOCKS}
    for quantity in scores if enough else ():
        if quantity not in enough:
            text = f"{too_few(quantity, scores[quantity].n_blocks)}; it has no expected error"
            warnings.warn(text, PotlearnWarning, stacklevel=3)
    return {q: calibrate(found, q) for q, found in (enough or scores).items()}


def _agree(scores: Scores) -> bool:
    """Whether members differ by no more than rounding, beside their errors."""
    largest = float(np.abs(scores.errors).max(initial=0.0))
    return float(scores.variances.max(initial=0.0)) <= (ROUNDING * largest) ** 2
