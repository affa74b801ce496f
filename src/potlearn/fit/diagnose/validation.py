r"""Cross-validation from the ledger: held-out errors without the data.

With a ledger of ``F`` folds of configurations, the fit without fold ``f`` is a merge of the other
factors (prefix and suffix merges: 3F in all), and its errors on the fold are norms of that fold's
factors.  Penalties and relative weights are chosen by it at the price of linear algebra alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from potlearn.errors import FitError
from potlearn.fit.ledger.ledger import Ledger, rmse_table
from potlearn.fit.posed import Posed
from potlearn.fit.settings import FitSettings
from potlearn.fit.solve.registry import make_solver
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
    """One candidate of a search: settings, held-out errors and their score."""

    settings: FitSettings
    validation: CrossValidation
    score: float


def cross_validate(
    ledger: Ledger,
    settings: FitSettings,
    *,
    columns: Sequence[str] | None = None,
    reference: bool = True,
    one_penalty: bool = False,
) -> CrossValidation:
    """Fit without each fold, and the errors on it.

    Rows of a negative fold (isolated atoms) are in every fit and never held out.

    Parameters
    ----------
    ledger : Ledger
    settings : FitSettings
        Of its weights, solver and one-body energies, such as the settings of a fit's result.
    columns : sequence of str, optional
        A sub-basis by name; one-body columns always belong to it.
    reference : bool
        Whether the reference potential's part is taken off the labels.
    one_penalty : bool
        Whether the solver chooses the penalty once, on all rows, in place of once for each fold:
        most of the time of a large basis.

    Raises
    ------
    FitError
        The ledger has fewer than two folds, or the solver itself wants folds.
    """
    solver = settings.make_solver()
    if solver.n_folds:
        raise FitError("a solver that cross-validates cannot be cross-validated; give its penalty")
    folds = [fold for fold in ledger.folds if fold >= 0]
    with one_blas_thread():
        posed = Posed.of(
            ledger, settings, columns=columns, reference=reference, n_folds=max(len(folds), 2)
        )
        if one_penalty:
            ridge = solver.solve(posed.problem).info.ridge
            solver = make_solver("ridge", ridge=ridge) if ridge > 0 else solver
        fits = [
            posed.coefficients(solver.solve(train).coefficients, train.names)
            for train, _ in posed.problem.folds
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
    candidates: Iterable[FitSettings],
    *,
    score: Callable[[Table], float] = geometric_mean,
    columns: Sequence[str] | None = None,
) -> list[Trial]:
    """Cross-validate every candidate; the best (smallest score) first."""
    trials = []
    for settings in candidates:
        validation = cross_validate(ledger, settings, columns=columns)
        trials.append(Trial(settings, validation, score(validation.rmse)))
    if not trials:
        raise FitError("a search needs at least one candidate")
    return sorted(trials, key=lambda trial: trial.score)


def weight_candidates(
    settings: FitSettings,
    energy: Sequence[float],
    stress: Sequence[float] = (0.0,),
    groups: Mapping[str, Mapping[str, float]] | None = None,
) -> list[FitSettings]:
    """The settings with every pair of an energy and a stress weight, and forces at 1."""
    return [
        replace(settings, weights=Weights(e, 1.0, s, groups or {})) for e in energy for s in stress
    ]
