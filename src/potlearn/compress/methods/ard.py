r"""Relevance: functions whose penalty by evidence is least are kept.

A penalty for each function (:mod:`potlearn.fit.solve.ard`), one for its columns of all species.
Functions that are left at the end come first, by ascending penalty; then those that left, the last
one first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from typing_extensions import override

from potlearn.compress.base import FunctionChoice
from potlearn.compress.path import Path
from potlearn.compress.problem import FeatureProblem
from potlearn.fit.solve.ard import ARD

if TYPE_CHECKING:
    from potlearn.runtime import Report


@dataclass(frozen=True)
class Relevance(FunctionChoice):
    """Automatic relevance determination, a penalty for each function."""

    solver: ARD = field(default_factory=lambda: ARD(tolerance=1e-2))

    @override
    def path(self, problem: FeatureProblem, report: Report | None = None) -> Path:
        groups = np.full(len(problem.names), -1)
        groups[problem.columns] = np.arange(problem.n_features)[:, None]
        found = self.solver.relevances(problem.problem, groups)
        order = np.lexsort((found.penalties, -found.left_at))
        return Path.of_order(problem.features[f] for f in order.tolist())
