"""One training problem, its path, and the fit of every size."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from potlearn.compress.base import Compressor, FunctionChoice, Projection
from potlearn.compress.path import Path
from potlearn.compress.problem import FeatureProblem
from potlearn.errors import FitError
from potlearn.fit.posed import Posed
from potlearn.fit.solve.problem import LinearProblem, SolveInfo, Solver
from potlearn.linalg.blas import one_blas_thread
from potlearn.linalg.triangular import Matrix, factor
from potlearn.typing import Array

if TYPE_CHECKING:
    from potlearn.runtime import Report


@dataclass(frozen=True)
class Reduced:
    """The refit of one size.

    Attributes
    ----------
    size : int
        Number of functions or directions.
    names : tuple of str
        Functions of the potential, in the order of the descriptor.
    coefficients : (C,)
        Of all columns of the ledger; zero for functions that have left.
    info : SolveInfo
    """

    size: int
    names: tuple[str, ...]
    coefficients: Array
    info: SolveInfo


@dataclass(frozen=True)
class Reducer:
    """Compresses one least-squares problem.

    Attributes
    ----------
    posed : Posed
        How all coefficients follow from those of the problem.
    features : FeatureProblem
    method : FunctionChoice or Projection
    solver : Solver
        Of the refits.
    report : function, optional
        Called with (done, total) while the path is made.
    """

    posed: Posed
    features: FeatureProblem
    method: Compressor
    solver: Solver
    report: Report | None = None

    @cached_property
    def paths(self) -> tuple[Path, ...]:
        """The orders of the functions; made once.

        Raises
        ------
        FitError
            The method chooses directions.
        """
        if not isinstance(self.method, FunctionChoice):
            raise FitError("a method that chooses directions has no order of functions")
        with one_blas_thread():
            return self.method.paths(self.features, self.report)

    @property
    def chooses_functions(self) -> bool:
        """Whether functions leave, so that the potential becomes faster."""
        return isinstance(self.method, FunctionChoice)

    @cached_property
    def most(self) -> int:
        """The largest size."""
        if isinstance(self.method, Projection):
            return self.method.most(self.features)
        return self.features.n_features

    def sizes(self, path: int = 0) -> tuple[int, ...]:
        """All sizes of a path that can be made, ascending."""
        return self.paths[path].sizes if self.chooses_functions else tuple(range(1, self.most + 1))

    def size(self, k: int, path: int = 0) -> int:
        """The size that is made for ``k``: the largest one of at most so many functions.

        Raises
        ------
        FitError
            Fewer than one, or more than there are.
        """
        if not 1 <= k <= self.most:
            what = "functions" if self.chooses_functions else "directions (the rank)"
            raise FitError(f"k is {k}; expected 1 to {self.most}, the number of {what}")
        return self.paths[path].size(k) if self.chooses_functions else k

    def names(self, k: int, path: int = 0) -> tuple[str, ...]:
        """The functions of a size, in the order of the descriptor."""
        if not self.chooses_functions:
            return self.features.features
        kept = set(self.paths[path].at(k))
        return tuple(name for name in self.features.features if name in kept)

    def fit(self, k: int, path: int = 0) -> Reduced:
        """The refit of ``k`` functions or directions, with the solver of the fit."""
        size = self.size(k, path)
        with one_blas_thread():
            if isinstance(self.method, Projection):
                return self._projected(self.method, size)
            return self._chosen(size, self.names(size, path))

    def _chosen(self, size: int, names: tuple[str, ...]) -> Reduced:
        place = {name: f for f, name in enumerate(self.features.features)}
        chosen = np.array([place[name] for name in names], np.intp)
        problem = taken(self.features.problem, self.features.columns_of(chosen))
        solution = self.solver.solve(problem)
        found = self.posed.coefficients(solution.coefficients, problem.names)
        return Reduced(size, names, found, solution.info)

    def _projected(self, method: Projection, size: int) -> Reduced:
        features = self.features
        basis = np.zeros((len(features.problem.names), len(features.others)))
        basis[features.others, np.arange(len(features.others))] = 1.0
        basis = np.column_stack([basis, method.directions(features, size)])
        own = [features.problem.names[j] for j in features.others]
        names = [*own, *(f"direction {j}" for j in range(basis.shape[1] - len(own)))]
        solution = self.solver.solve(combined(features.problem, basis, names))
        found = self.posed.coefficients(basis @ solution.coefficients, features.problem.names)
        return Reduced(size, features.features, found, solution.info)


def taken(problem: LinearProblem, columns: NDArray[np.intp]) -> LinearProblem:
    """The problem of some columns; those of its folds with it."""
    names = tuple(problem.names[j] for j in columns)
    found = _factored(problem, problem.R[:, columns], names)
    if problem.penalties is not None:
        found = replace(found, penalties=problem.penalties[columns])
    folds = ((taken(a, columns), taken(b, columns)) for a, b in problem.folds)
    return replace(found, folds=tuple(folds))


def combined(problem: LinearProblem, basis: Matrix, names: Iterable[str]) -> LinearProblem:
    """The problem of combinations (C, m) of its columns, penalised by the norms of these."""
    names = tuple(names)
    found = _factored(problem, problem.R @ basis, names)
    folds = ((combined(a, basis, names), combined(b, basis, names)) for a, b in problem.folds)
    return replace(found, folds=tuple(folds))


def _factored(problem: LinearProblem, rows: Matrix, names: tuple[str, ...]) -> LinearProblem:
    triangle = factor(np.asfortranarray(np.column_stack([rows, problem.z])))
    found = LinearProblem.from_factor(triangle, problem.n_rows, names)
    return replace(found, rho=float(np.hypot(found.rho, problem.rho)))
