"""Calibrated errors: a power of the posterior variance, from leave-one-out residuals."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

from typing_extensions import override

from potlearn.errors import PotlearnWarning
from potlearn.typing import Array
from potlearn.uncertainty.calibration import LEAST_BLOCKS, NO_RESIDUALS, calibrate, too_few
from potlearn.uncertainty.grades.sub_basis import leading_features
from potlearn.uncertainty.left_out import LeftOut
from potlearn.uncertainty.link import Link
from potlearn.uncertainty.methods.table import Method, Task
from potlearn.uncertainty.posterior import Posterior

PER_SPECIES, MOST = 64, 320


@dataclass(frozen=True)
class CalibratedErrors(Method):
    """Posterior variance, made an expected error by residuals of labels that the fit had not seen.

    See :mod:`potlearn.uncertainty.link` and :mod:`potlearn.uncertainty.calibration`.  The variance
    is that of a fit of the smoothest functions of low body order alone
    (:func:`~potlearn.uncertainty.leading_features`): it orders errors as well as that of all, and
    is had in a fraction of the time.

    Parameters
    ----------
    features : int, optional
        Number of these functions; by default 64 and 64 more for each species, 320 at most.
    """

    features: int | None = None

    @override
    def factor(self, task: Task) -> Array:
        return Posterior.of(task.result).factor()

    @override
    def spread_factor(self, task: Task, factor: Array) -> Array:
        spread = self._spread(task)
        return factor if spread is None else spread.factor()

    def _spread(self, task: Task) -> Posterior | None:
        """Posterior of the leading functions; None where these are all."""
        descriptor = task.result.rows.maker.descriptor
        n_species = len(descriptor.species)
        count = self.features or min(PER_SPECIES * (1 + n_species), MOST)
        if count >= descriptor.n_features:
            return None
        names = leading_features(descriptor, count)
        columns = [f"{species}:{name}" for species in descriptor.species for name in names]
        return Posterior.of(task.result, columns)

    @override
    def links(self, task: Task, sets: Array) -> dict[str, Link]:
        whole, spread = Posterior.of(task.result), self._spread(task)
        left_out = LeftOut(task.result, whole, sets, spread)
        scores = left_out.scores(task.blocks, task.progress)
        enough = {q: found for q, found in scores.items() if found.n_blocks >= LEAST_BLOCKS}
        for quantity in scores if enough else ():
            if quantity not in enough:
                why = too_few(quantity, scores[quantity].n_blocks, NO_RESIDUALS)
                text = f"{why}; it has no expected error"
                warnings.warn(text, PotlearnWarning, stacklevel=2)
        return {
            quantity: calibrate(found, quantity, NO_RESIDUALS)
            for quantity, found in (enough or scores).items()
        }
