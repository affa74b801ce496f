"""Backward elimination: the function whose loss raises the misfit least leaves next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from typing_extensions import override

from potlearn.compress.base import FunctionChoice
from potlearn.compress.elimination import Elimination, eliminated
from potlearn.compress.path import Path
from potlearn.compress.problem import FeatureProblem

if TYPE_CHECKING:
    from potlearn.runtime import Report


@dataclass(frozen=True)
class Backward(FunctionChoice):
    r"""From the full fit downwards: :math:`\arg\min_f \Delta_f` leaves; O(C³) flops in all.

    :math:`\Delta_f` is the rise of the penalised misfit
    (:mod:`~potlearn.compress.elimination`).
    """

    @override
    def path(self, problem: FeatureProblem, report: Report | None = None) -> Path:
        return Path.of_removals(eliminated(Elimination(problem), report))
