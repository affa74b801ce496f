r"""Pivoted QR: the function whose columns are farthest from those chosen comes next.

The pivot is :math:`\arg\max_f \|W_f\|_F` of the columns that the chosen ones leave over
(:mod:`~potlearn.compress.deflation`): the rank-revealing QR of Businger & Golub, with a block for
each function.  Labels play no part.

Reference
---------
Businger & Golub, Numer. Math. 7, 269 (1965).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from typing_extensions import override

from potlearn.compress.base import FunctionChoice
from potlearn.compress.deflation import forward
from potlearn.compress.path import Path
from potlearn.compress.problem import FeatureProblem

if TYPE_CHECKING:
    from potlearn.runtime import Report


@dataclass(frozen=True)
class PivotedQR(FunctionChoice):
    """Column pivots of the scaled rows; O(C³) flops in all."""

    @override
    def path(self, problem: FeatureProblem, report: Report | None = None) -> Path:
        return forward(problem, lambda work: work.squares().sum(axis=1), report)
