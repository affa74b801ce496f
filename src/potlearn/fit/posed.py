"""A ledger's least-squares problem under a fit's settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from potlearn.fit.ledger.ledger import Ledger
from potlearn.fit.ledger.one_body import INTERCEPT
from potlearn.fit.rows.names import one_body_names, species_of
from potlearn.fit.settings import FitSettings
from potlearn.fit.solve.problem import LinearProblem, SolveInfo
from potlearn.linalg.blas import one_blas_thread
from potlearn.typing import Array


@dataclass(frozen=True)
class Posed:
    """A problem, and how the coefficients of all columns follow from its solution.

    Attributes
    ----------
    problem : LinearProblem
        Of the free columns.
    columns : tuple of str
        All columns of the ledger.
    fixed : mapping of column name to coefficient
        Coefficients that are given.
    offset : mapping of column name to value
        Values from which the free coefficients of these columns count.
    """

    problem: LinearProblem
    columns: tuple[str, ...]
    fixed: Mapping[str, float]
    offset: Mapping[str, float]

    @classmethod
    def of(
        cls,
        ledger: Ledger,
        settings: FitSettings,
        *,
        columns: Sequence[str] | None = None,
        reference: bool = True,
        n_folds: int = 0,
    ) -> Posed:
        """The problem of a ledger, or of the columns named; one-body columns always belong to it.

        Raises
        ------
        FitError
            The settings' one-body energies depend on a dataset.
        """
        species = species_of(ledger.columns)
        options = settings.one_body.options(ledger, settings.weights, species)
        fixed, offset = options.get("fixed", {}), options.get("offset", {})
        if columns is not None:
            free = {*columns, *offset} - set(fixed)
            options["columns"] = tuple(name for name in ledger.columns if name in free)
        problem = ledger.problem(settings.weights, reference=reference, n_folds=n_folds, **options)
        return cls(problem, ledger.columns, fixed, offset)

    def coefficients(self, solved: Array, names: Sequence[str] | None = None) -> Array:
        """All coefficients (C,) from those of the problem, or of the columns ``names``.

        They are solved, given, counted from an offset, or zero.
        """
        values = dict(zip(names or self.problem.names, solved.tolist(), strict=True))
        common = values.pop(INTERCEPT, 0.0)
        for name in self.offset:
            values[name] += self.offset[name]
        for name in self.fixed:
            values[name] = self.fixed[name] + common
        return np.array([values.get(name, 0.0) for name in self.columns])

    @property
    def free(self) -> Array | NDArray[np.intp]:
        """The problem's columns among all: their indices, or the combination that they are."""
        place = {name: j for j, name in enumerate(self.columns)}
        names = self.problem.names
        free = np.array([place[name] for name in names if name != INTERCEPT], np.intp)
        if INTERCEPT not in names:
            return free
        combined = np.zeros((len(self.columns), len(names)))
        combined[free, np.arange(len(free))] = 1.0
        combined[[place[name] for name in one_body_names(species_of(self.columns))], -1] = 1.0
        return combined


def solve_ledger(
    ledger: Ledger, settings: FitSettings, *, columns: Sequence[str] | None = None
) -> tuple[Array, SolveInfo]:
    """Coefficients (n_species, 1 + M) from a ledger alone; those of absent columns are zero.

    Parameters
    ----------
    ledger : Ledger
    settings : FitSettings
        Of its weights, solver and one-body energies.
    columns : sequence of str, optional
        A sub-basis by name; one-body columns always belong to it.

    Raises
    ------
    FitError
        The problem cannot be solved as asked.
    """
    solver = settings.make_solver()
    with one_blas_thread():
        posed = Posed.of(ledger, settings, columns=columns, n_folds=solver.n_folds)
        solution = solver.solve(posed.problem)
    coefficients = posed.coefficients(solution.coefficients)
    return coefficients.reshape(len(species_of(ledger.columns)), -1), solution.info
