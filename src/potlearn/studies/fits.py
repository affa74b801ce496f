r"""Fits of subsets of configurations, from rows that are made once.

A subset's fit is that of :func:`~potlearn.fit.fit_linear` on it: its rows are read from the row
store, factored and solved.  Errors on other configurations are products of their rows with the
coefficients, so that thousands of fits need no descriptor.

The condition number is :math:`\sigma_1 / \sigma_r` of the weighted rows, columns scaled to norm
one, with the rank r of the rows of all configurations: columns that depend on each other whatever
the data (the pair functions A-B and B-A) do not count.  Where :math:`\sigma_r` is below rounding,
or there are fewer rows, it is that of rounding, :math:`1 / (C \epsilon)`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from potlearn.errors import FitError
from potlearn.fit import FitSettings, Key, Ledger, LinearProblem, RowStore
from potlearn.fit.posed import Posed
from potlearn.fit.rows.names import COLLAPSED, column_names, column_penalties
from potlearn.linalg.blas import one_blas_thread
from potlearn.typing import Array, Indices

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.descriptors import Descriptor


@dataclass(frozen=True)
class SubsetFit:
    """Coefficients (C,) of a subset's fit, its condition number and its numbers of rows."""

    coefficients: Array
    condition: float
    n_rows: Mapping[str, int]


@dataclass(frozen=True)
class SubsetFits:
    """All that the fit of any subset needs; it travels to workers, the rows stay in their file.

    Attributes
    ----------
    store : RowStore
        Rows of all configurations.
    columns, species : tuple of str
        Of the descriptor.
    groups : tuple of str
        Group of every configuration.
    settings : FitSettings
    penalties : (C,) or None
    rank : int
        Of the rows of all configurations.
    """

    store: RowStore
    columns: tuple[str, ...]
    species: tuple[str, ...]
    groups: tuple[str, ...]
    settings: FitSettings
    penalties: Array | None
    rank: int

    @classmethod
    def of(
        cls,
        dataset: Dataset,
        descriptor: Descriptor,
        store: RowStore,
        settings: FitSettings | None = None,
    ) -> SubsetFits:
        """Fits of subsets of ``dataset``, whose rows are in ``store``.

        Raises
        ------
        FitError
            The solver wants folds, or one-body energies are missing.
        """
        settings, _ = (settings or FitSettings()).resolved(
            dataset, descriptor.species, descriptor.cutoff
        )
        if settings.make_solver().n_folds:
            raise FitError("subsets are fitted without folds; take the solver 'evidence' or 'gcv'")
        found = cls(
            store=store,
            columns=column_names(descriptor),
            species=descriptor.species,
            groups=tuple(dataset.groups),
            settings=settings,
            penalties=column_penalties(descriptor) if settings.smoothness else None,
            rank=0,
        )
        with one_blas_thread():
            whole = Posed.of(found._ledger(np.arange(len(dataset))), settings)
            return replace(found, rank=_rank(whole.problem))

    def fit(self, indices: Indices) -> SubsetFit:
        """Fit the configurations at ``indices``.

        Raises
        ------
        FitError
            They have no label with a weight.
        """
        with one_blas_thread():
            ledger = self._ledger(indices)
            posed = Posed.of(ledger, self.settings)
            solution = self.settings.make_solver().solve(posed.problem)
            condition = condition_number(posed.problem, self.rank)
        coefficients = posed.coefficients(solution.coefficients)
        n_rows = {key.quantity: ledger.count(key.quantity) for key in ledger.entries}
        return SubsetFit(coefficients, condition, n_rows)

    def held_out(self, indices: Indices) -> HeldOut:
        """Rows of configurations to test on, read once."""
        rows = {}
        for quantity in ("energy", "forces", "stress"):
            X, labels, reference = self.store.subset(indices, quantity)
            if len(X):
                rows[quantity] = (X, labels - reference)
        return HeldOut(rows)

    def _ledger(self, indices: Indices) -> Ledger:
        ledger, weights = Ledger(self.columns, self.penalties), self.settings.weights
        for i in indices.tolist():
            group = self.groups[i] if self.groups[i] in weights.groups else COLLAPSED
            for quantity, block in self.store.blocks(i).items():
                if weights.of(group, quantity) > 0:
                    key = Key(0, group, quantity)
                    ledger.add(key, block.rows, block.labels, block.reference)
        return ledger


@dataclass(frozen=True)
class HeldOut:
    """Rows (m, C) and labels (m,) by quantity."""

    rows: Mapping[str, tuple[Array, Array]]

    def errors(self, coefficients: Array) -> dict[str, float]:
        """``energy_mae``, ``energy_rmse``, ``forces_mae`` ...: eV/atom, eV/Å, eV/atom (virial).

        Forces on single atoms, which are zero by symmetry, do not count.
        """
        found = {}
        with one_blas_thread():
            for quantity, (X, labels) in self.rows.items():
                errors = X @ coefficients - labels
                found[f"{quantity}_mae"] = float(np.abs(errors).mean())
                found[f"{quantity}_rmse"] = float(np.sqrt(np.mean(errors**2)))
        return found


def condition_number(problem: LinearProblem, rank: int) -> float:
    """Ratio of the first to the ``rank``-th singular value of scaled columns, or of rounding."""
    values = _singular_values(problem)
    smallest = float(values[rank - 1]) if len(values) >= rank else 0.0
    return float(values[0] / max(smallest, _rounding(problem, values)))


def _rank(problem: LinearProblem) -> int:
    values = _singular_values(problem)
    return int(np.count_nonzero(values > _rounding(problem, values)))


def _singular_values(problem: LinearProblem) -> Array:
    return np.asarray(np.linalg.svd(problem.R / problem.column_norms(), compute_uv=False))


def _rounding(problem: LinearProblem, values: Array) -> float:
    return len(problem.names) * float(np.finfo(float).eps * values[0])
