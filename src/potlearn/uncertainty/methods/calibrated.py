"""Calibrated errors: a power of the posterior variance, from leave-one-out residuals."""

from __future__ import annotations

from dataclasses import dataclass

from typing_extensions import override

from potlearn.typing import Array
from potlearn.uncertainty.calibration import calibrate
from potlearn.uncertainty.left_out import LeftOut
from potlearn.uncertainty.link import Link
from potlearn.uncertainty.methods.table import Method, Task
from potlearn.uncertainty.posterior import Posterior


@dataclass(frozen=True)
class CalibratedErrors(Method):
    """Posterior variance, made an expected error by residuals of labels that the fit had not seen.

    See :mod:`potlearn.uncertainty.link` and :mod:`potlearn.uncertainty.calibration`.
    """

    @override
    def factor(self, task: Task) -> Array:
        return Posterior.of(task.result).factor()

    @override
    def links(self, task: Task, sets: Array) -> dict[str, Link]:
        left_out = LeftOut(task.result, Posterior.of(task.result), sets)
        scores = left_out.scores(task.blocks, task.progress)
        return {quantity: calibrate(found, quantity) for quantity, found in scores.items()}
