"""The penalty of largest evidence, as the first half of a Bayesian fit."""

from __future__ import annotations

from dataclasses import dataclass, replace

from typing_extensions import override

from potlearn.fit.solve.evidence import EvidenceRidge
from potlearn.fit.solve.problem import LinearProblem, Solution


@dataclass(frozen=True)
class BayesianRidge(EvidenceRidge):
    r"""Mean of the posterior :math:`N(c, \sigma^2 (X^T W X + \lambda S^2)^{-1})`.

    The coefficients are those of :class:`~potlearn.fit.EvidenceRidge`.  A configuration that names
    this solver also asks for an uncertainty (:func:`~potlearn.uncertainty.quantify`).
    """

    @override
    def solve(self, problem: LinearProblem) -> Solution:
        found = super().solve(problem)
        return replace(found, info=replace(found.info, solver="bayesian"))
