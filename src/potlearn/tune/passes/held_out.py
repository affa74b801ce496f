r"""Errors of any coefficients on validation data: one product with rows that are made once.

A row of the store is ``[x | label | reference | atom]``, so that with the vector
:math:`v = [c, -1, 1, 0]` the errors of all rows are one product.  Errors of stress are those of
the virial per atom times :math:`-N/V`.  A single atom has no force rows, since its forces vanish by
symmetry: its errors are minus the labels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from potlearn.fit.rows.file import row_counts
from potlearn.fit.weights import QUANTITIES
from potlearn.tune.passes.candidate import Spread
from potlearn.typing import Array, Indices

if TYPE_CHECKING:
    from potlearn.data import Dataset


@dataclass(frozen=True)
class HeldOut:
    """Rows of validation configurations.

    Attributes
    ----------
    rows : (m, C + 3)
        Mapped from the row store's file.
    configuration, quantity : (m + k,) int
        Of each error; the last ones are those of single atoms.
    factor : (m,) float
        From the unit of the rows to that of the metrics.
    given : (k,) float
        Errors of forces on single atoms.
    n : int
        Number of configurations.
    """

    rows: Array
    configuration: Indices
    quantity: Indices
    factor: Array
    given: Array
    n: int

    @classmethod
    def of(cls, rows: Array, table: Mapping[str, Any]) -> HeldOut:
        """From the rows and the arrays of :func:`table_of`."""
        return cls(rows, **{name: table[name] for name in _NAMES}, n=int(table["n"]))

    def errors(self, coefficients: Array, reference: bool = True) -> Array:
        """Prediction minus label of every label, (m + k,), of coefficients (C,)."""
        vector = np.concatenate([coefficients, [-1.0, float(reference), 0.0]])
        return np.concatenate([(self.rows @ vector) * self.factor, self.given])

    def measures(self, errors: Array) -> dict[str, float]:
        """``energy_mae``, ``energy_rmse`` ...: of quantities that have labels."""
        found = {}
        for k, quantity in enumerate(QUANTITIES):
            own = errors[self.quantity == k]
            if len(own):
                found[f"{quantity}_mae"] = float(np.abs(own).mean())
                found[f"{quantity}_rmse"] = float(np.sqrt(np.mean(own**2)))
        return found

    def spreads(self, errors: Array) -> dict[str, Spread]:
        """Mean absolute errors of every configuration, by quantity."""
        found = {}
        for k, quantity in enumerate(QUANTITIES):
            chosen = self.quantity == k
            owner = self.configuration[chosen]
            n = np.bincount(owner, minlength=self.n)
            sums = np.bincount(owner, np.abs(errors[chosen]), self.n)
            found[quantity] = Spread(np.where(n > 0, sums / np.maximum(n, 1), np.nan), n)
        return found


_NAMES = ("configuration", "quantity", "factor", "given")


def table_of(dataset: Dataset) -> dict[str, Array]:
    """What :class:`HeldOut` needs beside the rows of a dataset."""
    counts = row_counts(dataset)
    configuration = np.repeat(np.arange(len(dataset)), counts.sum(axis=1))
    quantity = np.repeat(np.tile(np.arange(len(QUANTITIES)), len(dataset)), counts.ravel())
    factor = np.ones(len(quantity))
    stress = quantity == QUANTITIES.index("stress")
    per_stress = np.ones(len(dataset))
    for i in np.unique(configuration[stress]).tolist():
        atoms = dataset[i]
        per_stress[i] = -len(atoms) / abs(float(np.linalg.det(atoms.cell.array)))
    factor[stress] = per_stress[configuration[stress]]
    owners, given = _single_atoms(dataset)
    forces = np.full(len(given), QUANTITIES.index("forces"))
    return {
        "configuration": np.concatenate([configuration, owners]).astype(np.int64),
        "quantity": np.concatenate([quantity, forces]).astype(np.int64),
        "factor": factor,
        "given": given,
        "n": np.array(len(dataset)),
    }


def _single_atoms(dataset: Dataset) -> tuple[Indices, Array]:
    """Configuration and error of every labelled force component of single atoms."""
    owners, errors = [], [np.zeros(0)]
    for i in np.flatnonzero(dataset.n_atoms == 1).tolist():
        labels = dataset.labels(i)
        if labels.forces is None or (labels.force_mask is not None and not labels.force_mask[0]):
            continue
        owners += [i] * 3
        errors.append(-np.asarray(labels.forces, float).ravel())
    return np.array(owners, np.int64), np.concatenate(errors)
