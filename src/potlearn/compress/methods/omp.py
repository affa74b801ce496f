r"""Orthogonal least squares: the function that lowers the misfit most comes next.

With the columns :math:`W_f` of a function and the target ``v`` that the chosen ones leave over
(:mod:`~potlearn.compress.deflation`), the misfit falls by
:math:`v^T W_f (W_f^T W_f)^{-1} W_f^T v`.  Plain orthogonal matching pursuit divides by the norms
of the whole columns instead.

References
----------
Chen, Billings & Luo, Int. J. Control 50, 1873 (1989); Pati, Rezaiifar & Krishnaprasad, Asilomar
Conf. Signals Syst. Comput. (1993) 40.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from typing_extensions import override

from potlearn.compress.base import FunctionChoice
from potlearn.compress.deflation import ROUNDING, Deflation, forward
from potlearn.compress.path import Path
from potlearn.compress.problem import FeatureProblem
from potlearn.typing import Array

if TYPE_CHECKING:
    from potlearn.runtime import Report


@dataclass(frozen=True)
class OMP(FunctionChoice):
    """Forward selection of the penalised fit; O(C³) flops in all."""

    @override
    def path(self, problem: FeatureProblem, report: Report | None = None) -> Path:
        return forward(problem, gains, report)


def gains(work: Deflation) -> Array:
    """How much each function would lower the misfit, (F,)."""
    columns, squares = work.problem.columns, work.squares()
    along = (work.target @ work.rows)[columns]
    if columns.shape[1] == 1:
        flat = squares[:, 0]
        return np.divide(along[:, 0] ** 2, flat, out=np.zeros(len(flat)), where=flat > 0)
    blocks = work.rows[:, columns].transpose(1, 2, 0)
    inverse = np.linalg.pinv(blocks @ blocks.transpose(0, 2, 1), rcond=ROUNDING, hermitian=True)
    found = np.einsum("fs,fst,ft->f", along, inverse, along)
    return np.where(squares.sum(axis=1) > 0, found, 0.0)
