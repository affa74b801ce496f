"""The penalty of largest evidence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from typing_extensions import override

from potlearn.fit.solve.penalised import RidgeFactor, descend
from potlearn.fit.solve.problem import LinearProblem, Solution, Solver
from potlearn.fit.solve.spectrum import column_scales


@dataclass(frozen=True)
class EvidenceRidge(Solver):
    """Ridge whose penalty maximises the Bayesian evidence, noise level included.

    Every trial penalty costs one merge of triangles, 2/3 C^3 flops.  The search starts from
    ``start``, walks in steps of ``step`` decades until it has a bracket, and ends with two
    parabolas.  Penalties below a thousand times rounding are not tried.
    """

    scaling: str = "columns"
    start: float = 1e-9
    step: float = 1.0
    n_folds: int = 0

    @override
    def solve(self, problem: LinearProblem) -> Solution:
        scales = column_scales(problem, self.scaling)
        unit = float(np.sum((problem.column_norms() / scales) ** 2)) / len(scales)
        floor = unit * (1e3 * len(scales) * np.finfo(float).eps) ** 2

        def evidence(exponent: float) -> float:
            return RidgeFactor.of(problem, 10**exponent, scales).negative_log_evidence

        exponent = descend(
            evidence,
            float(np.log10(self.start * unit)),
            self.step,
            (float(np.log10(floor)), float(np.log10(unit)) + 3),
        )
        return RidgeFactor.of(problem, 10**exponent, scales).solution("evidence", self.scaling)
