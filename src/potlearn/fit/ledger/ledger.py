r"""The ledger of triangular factors: all that a squared-error fit needs, without the data.

For every key (fold, group, quantity) it holds the factor ``R`` of that key's rows

.. math:: [\, X \mid y \mid y_{\rm ref} \,]

with design columns ``X``, labels ``y`` and the same quantity of a reference potential.  As
:math:`\|A x\| = \|R x\|`, weights (scale the factors), one-body energies and reference (combine
columns), sub-bases (take columns by name), folds (leave factors out) and the residuals of any
coefficients follow from the factors to rounding (columnwise backward error of a Householder QR).

Rows: energy per atom in eV, forces in eV/Å, virial per atom
(key ``stress``) in eV.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from potlearn.errors import FitError
from potlearn.fit.rows.names import Key
from potlearn.fit.solve.problem import LinearProblem
from potlearn.fit.weights import QUANTITIES, Weights
from potlearn.linalg.triangular import (
    Accumulator,
    Matrix,
    all_but_one,
    factor,
    merge_all,
    take_columns,
)

TARGETS = ("label", "reference")
TakeColumns: TypeAlias = Callable[[Matrix, NDArray[np.intp]], Matrix]


class Residual(NamedTuple):
    """Residuals of one key: number of rows, sum of residuals, sum of their squares."""

    n: int
    sum: float
    sum_squares: float

    @property
    def rmse(self) -> float:
        """Root mean square residual in the unit of the rows."""
        return float(np.sqrt(self.sum_squares / self.n))

    @property
    def mean(self) -> float:
        """Mean residual (prediction minus label)."""
        return self.sum / self.n


class Entry:
    r"""Factor, number of rows and sums of one key.

    Attributes
    ----------
    sums : (K,)
        Sum of every column.
    isotropic : (K + 1,)
        Inner products :math:`o^T [X | y | y_{\rm ref}]` and :math:`o^T o` with the virials per atom
        ``o`` that a stress of 1 eV/Å³ along all axes would add: an offset of the stress follows
        from them without the rows.  Zero for other quantities than stress.
    fourth : float
        Sum over configurations of their squared sum of squared labels: with the sum of squares it
        tells whether one configuration has nearly all of it.
    """

    def __init__(self, n_columns: int) -> None:
        self.accumulator = Accumulator(n_columns)
        self.n = 0
        self.sums = np.zeros(n_columns)
        self.isotropic = np.zeros(n_columns + 1)
        self.fourth = 0.0

    def add(
        self, key: Key, rows: Matrix, targets: Matrix, isotropic: NDArray[np.float64] | None = None
    ) -> None:
        """Take rows in; NaN and Inf are refused."""
        sums = np.concatenate([rows.sum(axis=0), targets.sum(axis=0)])
        if not np.isfinite(sums).all():
            raise FitError(
                f"NaN or Inf in the {key.quantity} rows of group {key.group!r}, "
                f"column {int(np.flatnonzero(~np.isfinite(sums))[0])}"
            )
        self.accumulator.add(rows, targets)
        self.n += len(rows)
        self.sums = self.sums + sums
        self.fourth += float(targets[:, 0] @ targets[:, 0]) ** 2
        if isotropic is not None:
            inner = np.concatenate([isotropic @ rows, isotropic @ targets])
            self.isotropic = self.isotropic + np.append(inner, isotropic @ isotropic)

    def merge(self, other: Entry) -> None:
        """Take in another entry's rows."""
        self.accumulator.merge(other.accumulator)
        self.n += other.n
        self.sums = self.sums + other.sums
        self.isotropic = self.isotropic + other.isotropic
        self.fourth += other.fourth

    def take(self, columns: NDArray[np.intp], take: TakeColumns = take_columns) -> Entry:
        """The entry of some columns, among them label and reference."""
        found = Entry(len(columns))
        found.accumulator.reduced = take(self.accumulator.reduce(), columns)
        found.n, found.fourth, found.sums = self.n, self.fourth, self.sums[columns]
        found.isotropic = self.isotropic[[*columns, -1]]
        return found


class Ledger:
    """Factors by key.

    Parameters
    ----------
    columns : sequence of str
        Identities of the design columns; they must differ from one another.
    penalties : (C,), optional
        How much a penalty weighs each coefficient, in place of the norms of the columns.
    """

    def __init__(
        self, columns: Sequence[str], penalties: NDArray[np.float64] | None = None
    ) -> None:
        self.columns = tuple(columns)
        self.penalties = penalties
        self.entries: dict[Key, Entry] = {}
        if len(set(self.columns)) != len(self.columns):
            raise FitError("two design columns have the same name")

    @property
    def width(self) -> int:
        """Columns of a factor: design, label, reference."""
        return len(self.columns) + len(TARGETS)

    @property
    def groups(self) -> tuple[str, ...]:
        """Groups that have rows, sorted."""
        return tuple(sorted({key.group for key in self.entries}))

    @property
    def folds(self) -> tuple[int, ...]:
        """Folds that have rows, sorted."""
        return tuple(sorted({key.fold for key in self.entries}))

    def count(self, quantity: str) -> int:
        """Number of rows of one quantity."""
        return sum(entry.n for key, entry in self.entries.items() if key.quantity == quantity)

    def weighted_count(self, weights: Weights) -> int:
        """Number of rows whose weight is above zero: those that a fit has."""
        entries = self.entries.items()
        return sum(entry.n for key, entry in entries if weights.of(key.group, key.quantity) > 0)

    def add(
        self,
        key: Key,
        rows: Matrix,
        labels: NDArray[np.float64],
        reference: NDArray[np.float64] | None = None,
        isotropic: NDArray[np.float64] | None = None,
    ) -> None:
        """Take in one configuration's ``rows`` (m, C) with ``labels`` (m,) and a reference's (m,).

        ``isotropic`` (m,) is what a stress of 1 eV/Å³ along all axes adds to the labels.
        """
        if rows.shape != (len(labels), len(self.columns)):
            raise FitError(
                f"rows of shape {rows.shape} for {len(labels)} labels "
                f"and {len(self.columns)} columns"
            )
        if key.quantity not in QUANTITIES:
            raise FitError(f"unknown quantity {key.quantity!r}")
        if len(rows) == 0:
            return
        zeros = np.zeros(len(labels)) if reference is None else reference
        self._entry(key).add(key, rows, np.column_stack([labels, zeros]), isotropic)

    def merge(self, other: Ledger) -> None:
        """Take in all rows of another ledger of the same columns."""
        if other.columns != self.columns:
            raise FitError("ledgers of different columns cannot be merged")
        for key in sorted(other.entries):
            self._entry(key).merge(other.entries[key])

    def compact(self) -> Ledger:
        """Factor pending rows of every key that has more rows than columns; this ledger."""
        for entry in self.entries.values():
            if entry.accumulator.n_pending > self.width:
                entry.accumulator.reduce()
        return self

    def relabel(self, rename: Callable[[Key], Key]) -> Ledger:
        """A ledger whose keys are ``rename(key)``; keys that become equal are merged."""
        result = Ledger(self.columns, self.penalties)
        for key in sorted(self.entries):
            result._entry(rename(key)).merge(self.entries[key])
        return result

    def take(self, columns: Sequence[str], take: TakeColumns = take_columns) -> Ledger:
        """The ledger of some columns, in the order given: that of the same rows of a sub-basis.

        ``take`` is how a factor is made of columns of another.
        """
        chosen = self.positions(columns)
        targets = np.arange(len(self.columns), self.width)
        penalties = None if self.penalties is None else self.penalties[chosen]
        found = Ledger(columns, penalties)
        for key, entry in self.entries.items():
            found.entries[key] = entry.take(np.concatenate([chosen, targets]), take)
        return found

    def factor(self, key: Key) -> Matrix:
        """R of one key's rows ``[X | label | reference]``."""
        return self.entries[key].accumulator.reduce()

    def combine(self, weights: Weights, folds: Iterable[int] | None = None) -> tuple[Matrix, int]:
        r"""Factor of all rows scaled by :math:`\sqrt{w}`, and the number of rows behind it.

        Heavier rows come first, so that the light ones keep their digits.
        """
        chosen = set(self.folds if folds is None else folds)
        scale = {
            key: float(np.sqrt(weights.of(key.group, key.quantity)))
            for key in self.entries
            if key.fold in chosen and weights.of(key.group, key.quantity) > 0
        }
        order = sorted(
            scale, key=lambda k: (-scale[k] * np.abs(self.factor(k)).max(initial=0.0), k)
        )
        factors = (np.asfortranarray(scale[key] * self.factor(key)) for key in order)
        return merge_all(factors, self.width), sum(self.entries[key].n for key in order)

    def problem(
        self,
        weights: Weights,
        *,
        columns: Sequence[str] | None = None,
        fixed: Mapping[str, float] | None = None,
        offset: Mapping[str, float] | None = None,
        combined: Mapping[str, Sequence[str]] | None = None,
        reference: bool = True,
        n_folds: int = 0,
    ) -> LinearProblem:
        """Least-squares problem of the chosen columns.

        Parameters
        ----------
        weights : Weights
            Weights per group and quantity.
        columns : sequence of str, optional
            Free columns by name; by default all that are not fixed.
        fixed : mapping of column name to coefficient, optional
            Coefficients that are given: their part is taken off the labels.
        offset : mapping of column name to value, optional
            The same for columns that stay free: their coefficients count from these values.
        combined : mapping of name to column names, optional
            Further free columns, each the sum of the named ones.
        reference : bool
            Whether the reference potential's part is taken off the labels.
        n_folds : int
            2 or more: attach leave-a-fold-out problems (the ledger must have folds).
        """
        fixed, offset, combined = fixed or {}, offset or {}, combined or {}
        free = tuple(c for c in self.columns if c not in fixed) if columns is None else columns
        names = (*free, *combined)
        chosen = self.positions(free)
        sums = np.zeros((self.width, len(combined)))
        for j, parts in enumerate(combined.values()):
            sums[self.positions(parts), j] = 1.0
        target = self.target({**fixed, **offset}, reference)
        penalties = self.penalties
        if penalties is not None:
            penalties = np.concatenate([penalties[chosen], np.ones(len(combined))])

        def make(triangle: Matrix, n_rows: int) -> LinearProblem:
            rows = np.column_stack([triangle[:, chosen], triangle @ sums, triangle @ target])
            leading = not combined and np.array_equal(chosen, np.arange(len(chosen)))
            triangle = _fold_tail(rows) if leading else factor(np.asfortranarray(rows))
            return LinearProblem.from_factor(triangle, n_rows, names, penalties=penalties)

        whole = make(*self.combine(weights))
        if n_folds < 2:
            return whole
        return replace(whole, folds=tuple(self._folds(weights, make)))

    def _folds(
        self, weights: Weights, make: Callable[[Matrix, int], LinearProblem]
    ) -> Iterator[tuple[LinearProblem, LinearProblem]]:
        """Training and held-out problem of every fold; rows of a negative fold are never held."""
        held = [self.combine(weights, [fold]) for fold in self.folds if fold >= 0]
        held = [(triangle, n) for triangle, n in held if n > 0]
        if len(held) < 2:
            raise FitError("cross-validation needs rows in at least two folds")
        base, n_base = self.combine(weights, [fold for fold in self.folds if fold < 0])
        total = n_base + sum(n for _, n in held)
        rest = all_but_one([triangle for triangle, _ in held], self.width)
        for train, (test, n) in zip(rest, held, strict=True):
            whole = merge_all([r for r in (base, train) if len(r)], self.width)
            yield make(whole, total - n), make(test, n)

    def positions(self, names: Sequence[str]) -> NDArray[np.intp]:
        """Indices of the named columns."""
        position = {name: j for j, name in enumerate(self.columns)}
        unknown = [name for name in names if name not in position]
        if unknown:
            raise FitError(f"the ledger has no column {unknown[0]!r}")
        return np.array([position[name] for name in names], np.intp)

    def target(self, given: Mapping[str, float], reference: bool = True) -> NDArray[np.float64]:
        """Combination of a factor's columns that is label minus the given coefficients' part."""
        target = np.zeros(self.width)
        target[len(self.columns)] = 1.0
        target[len(self.columns) + 1] = -1.0 if reference else 0.0
        target[self.positions(list(given))] = -np.array(list(given.values()))
        return target

    def residuals(
        self,
        coefficients: NDArray[np.float64],
        *,
        reference: bool = True,
        folds: Iterable[int] | None = None,
    ) -> dict[Key, Residual]:
        """Residuals (prediction minus label) of ``coefficients`` (C,) for every key, data-free."""
        vector = -self.target({}, reference)
        vector[: len(self.columns)] += coefficients
        chosen = set(self.folds if folds is None else folds)
        return {
            key: Residual(
                entry.n,
                float(entry.sums @ vector),
                float(np.sum((self.factor(key) @ vector) ** 2)),
            )
            for key, entry in sorted(self.entries.items())
            if key.fold in chosen
        }

    def rmse(
        self, coefficients: NDArray[np.float64], *, reference: bool = True
    ) -> dict[str, dict[str, float]]:
        """Root mean square residuals {"all" or group: {quantity: rmse}} in the rows' units."""
        return rmse_table(self.residuals(coefficients, reference=reference).items())

    def _entry(self, key: Key) -> Entry:
        if key not in self.entries:
            self.entries[key] = Entry(self.width)
        return self.entries[key]


def _fold_tail(rows: Matrix) -> Matrix:
    """Triangle of rows that are one already, but for the last column below the diagonal."""
    k = rows.shape[1] - 1
    tail = float(np.linalg.norm(rows[k:, -1]))
    head = np.asfortranarray(rows[: min(k + 1, len(rows))])
    if len(rows) > k:
        head[k] = 0.0
        head[k, -1] = tail
    return head


def rmse_table(residuals: Iterable[tuple[Key, Residual]]) -> dict[str, dict[str, float]]:
    """Root mean square over keys: {"all" or group: {quantity: rmse}}."""
    sums: dict[str, dict[str, list[float]]] = {}
    for key, residual in residuals:
        for group in {"all", key.group}:
            total = sums.setdefault(group, {}).setdefault(key.quantity, [0.0, 0.0])
            total[0] += residual.sum_squares
            total[1] += residual.n
    return {
        group: {quantity: float(np.sqrt(s / n)) for quantity, (s, n) in sorted(row.items())}
        for group, row in sorted(sums.items())
    }
