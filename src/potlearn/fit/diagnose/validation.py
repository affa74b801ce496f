r"""Cross-validation from the ledger: held-out errors without the data.

With a ledger of ``F`` folds of configurations, the fit without fold ``f`` is a merge of the other
factors (prefix and suffix merges: 3F in all), and its errors on the fold are norms of that fold's
factors.  Penalties and relative weights are chosen by it at the price of linear algebra alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from potlearn.errors import FitError
from potlearn.fit.ledger.ledger import Ledger, rmse_table
from potlearn.fit.linear import all_coefficients
from potlearn.fit.one_body import OneBody
from potlearn.fit.solve.problem import Solver
from potlearn.fit.weights import Weights
from potlearn.linalg.blas import one_blas_thread

Table = dict[str, dict[str, float]]


@dataclass(frozen=True)
class CrossValidation:
    """Held-out errors.

    Attributes
    ----------
    rmse : {"all" or group: {quantity: rmse}}
        Over all held-out rows, in eV/atom, eV/Å and eV/atom (virial).
    folds : tuple of such tables
        Of every fold on its own.
    coefficients : (F, C)
        Of every fit without its fold.
    """

    rmse: Table
    folds: tuple[Table, ...]
    coefficients: NDArray[np.float64]


@dataclass(frozen=True)
class Trial:
    """One candidate of a search: weights, solver, held-out errors and their score."""

    weights: Weights
    solver: Solver
    validation: CrossValidation
    score: float


def cross_validate(
    ledger: Ledger,
    species: Sequence[str],
    *,
    weights: Weights,
    solver: Solver,
    one_body: OneBody,
    columns: Sequence[str] | None = None,
    reference: bool = True,
) -> CrossValidation:
    """Fit without each fold, and the errors on it.

    Rows of a negative fold (isolated atoms) are in every fit and never held out.

    Raises
    ------
    FitError
        The ledger has fewer than two folds, or the solver itself wants folds.
    """
    if solver.n_folds:
        raise FitError("a solver that cross-validates cannot be cross-validated; give its penalty")
    options = one_body.options(ledger, weights, species)
    fixed, offset = options.get("fixed", {}), options.get("offset", {})
    if columns is not None:
        free = {*columns, *offset} - set(fixed)
        options["columns"] = tuple(name for name in ledger.columns if name in free)
    folds = [fold for fold in ledger.folds if fold >= 0]
    with one_blas_thread():
        problem = ledger.problem(
            weights, n_folds=max(len(folds), 2), reference=reference, **options
        )
        fits = [
            all_coefficients(ledger, train, solver.solve(train), fixed, offset)
            for train, _ in problem.folds
        ]
        held = [
            ledger.residuals(c, reference=reference, folds=[fold])
            for fold, c in zip(folds, fits, strict=True)
        ]
    everything = [(key, residual) for table in held for key, residual in table.items()]
    return CrossValidation(
        rmse=rmse_table(everything),
        folds=tuple(rmse_table(table.items()) for table in held),
        coefficients=np.array(fits),
    )


def geometric_mean(rmse: Table) -> float:
    """Mean logarithm of the quantities' errors: a factor saved counts the same in each of them."""
    return float(np.mean([np.log(max(value, 1e-300)) for value in rmse["all"].values()]))


def search(
    ledger: Ledger,
    species: Sequence[str],
    candidates: Iterable[tuple[Weights, Solver]],
    *,
    one_body: OneBody,
    score: Callable[[Table], float] = geometric_mean,
    columns: Sequence[str] | None = None,
) -> list[Trial]:
    """Cross-validate every candidate; the best (smallest score) first."""
    trials = []
    for weights, solver in candidates:
        validation = cross_validate(
            ledger, species, weights=weights, solver=solver, one_body=one_body, columns=columns
        )
        trials.append(Trial(weights, solver, validation, score(validation.rmse)))
    if not trials:
        raise FitError("a search needs at least one candidate")
    return sorted(trials, key=lambda trial: trial.score)


def weight_candidates(
    solver: Solver,
    energy: Sequence[float],
    stress: Sequence[float] = (0.0,),
    groups: Mapping[str, Mapping[str, float]] | None = None,
) -> list[tuple[Weights, Solver]]:
    """Every pair of an energy and a stress weight, with forces at 1."""
    return [(Weights(e, 1.0, s, groups or {}), solver) for e in energy for s in stress]
