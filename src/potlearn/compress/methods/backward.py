"""Backward elimination: the function whose loss raises the misfit least leaves next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from typing_extensions import override

from potlearn.compress.base import FunctionChoice
from potlearn.compress.by_cost import path_by_cost
from potlearn.compress.elimination import Elimination
from potlearn.compress.path import Path
from potlearn.compress.problem import FeatureProblem
from potlearn.compress.work import Work

if TYPE_CHECKING:
    from potlearn.runtime import Report


@dataclass(frozen=True)
class Backward(FunctionChoice):
    r"""From the full fit downwards: :math:`\arg\min_f \Delta_f` leaves; O(C³) flops in all.

    :math:`\Delta_f` is the rise of the penalised misfit
    (:mod:`~potlearn.compress.elimination`).

    Parameters
    ----------
    work : Work, optional
        Weigh functions by the force time that they cost (:mod:`~potlearn.compress.by_cost`).
    """

    work: Work | None = None

    @override
    def path(self, problem: FeatureProblem, report: Report | None = None) -> Path:
        if self.work is not None:
            return path_by_cost(problem, self.work, report)
        fit, removed, n = Elimination(problem), [], problem.n_features
        for done in range(n):
            worst = int(np.argmin(fit.losses()))
            fit.remove(np.array([worst]))
            removed.append([problem.features[worst]])
            if report is not None:
                report(done + 1, n)
        return Path.of_removals(removed)
