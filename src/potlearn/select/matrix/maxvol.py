r"""Rows of maximal volume: D-optimal design, and the grade by which other rows extrapolate.

With k chosen rows A of U and coefficients :math:`C = U A^+`:

* up to the rank, U are the k leading singular vectors and a chosen row j is exchanged for row i
  while :math:`|C_{ij}| > 1 + \epsilon`, which multiplies :math:`|\det A|` by it (Goreinov et al.,
  How to find a good submatrix, 2010);
* above it, row i of the largest :math:`|C_i|` is added, which multiplies :math:`\det A^T A` by
  :math:`1 + |C_i|^2` (Mikhalev & Oseledets, Rectangular maximum-volume submatrices, 2018).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from typing_extensions import override

from potlearn.errors import TooFewError
from potlearn.select.matrix.deim import lu_pivots
from potlearn.select.matrix.singular import left_vectors, typical_terms
from potlearn.select.parameters import check_number
from potlearn.select.rows import Rows
from potlearn.select.run import Run
from potlearn.select.selection import Selection
from potlearn.select.selector import Labels, Sized
from potlearn.select.ties import first_largest, margin
from potlearn.select.vectors import squared_norms
from potlearn.typing import Array, Indices

# Squared distance of coefficients below which rows are equal.
EQUAL = 1e-12
# Exchanges of each row, at most: a few are enough unless the tolerance is next to nothing.
EXCHANGES = 100


@dataclass(frozen=True)
class MaxVol(Sized):
    """Choose rows of large volume; scores are the leverages of the rows among the chosen ones.

    Parameters
    ----------
    n_to_select : int
        Number k of rows; it may be above the rank of X.
    tolerance : float
        Exchanges that gain no more than this part of the volume are not made.
    """

    tolerance: float = 0.01

    copies: ClassVar[bool] = False

    @override
    def check(self, n: int) -> None:
        super().check(n)
        check_number("tolerance", self.tolerance)

    @override
    def choose(self, rows: Rows, labels: Labels | None, run: Run) -> Selection:
        k = self.n_to_select
        values, U = left_vectors(rows)
        U = U[:, :k]
        terms = typical_terms(values, len(U), float(values[U.shape[1] - 1]))
        chosen, C = _exchange(U, 1.0 + self.tolerance, terms)
        chosen = _extend(chosen, C, k)
        leverages = squared_norms(np.linalg.qr(U[chosen])[0])
        return Selection(chosen, leverages)


def extrapolation_grade(X: Array, chosen: Array) -> Array:
    r"""How far each row extrapolates from chosen ones: :math:`\gamma = \max_j |x A^+|_j`.

    Up to 1 a row is inside the region that the chosen rows span (Podryabinkin & Shapeev, Active
    learning of linearly parametrized interatomic potentials, 2017, equation 12).

    Parameters
    ----------
    X : (N, D)
        Rows to grade.
    chosen : (k, D)
        Chosen rows; where they do not span all D columns, what lies outside is not seen.
    """
    coefficients = np.asarray(X, float) @ np.linalg.pinv(np.asarray(chosen, float))
    return np.asarray(np.abs(coefficients).max(axis=1))


def _exchange(U: Array, bound: float, size: float) -> tuple[Indices, Array]:
    """Dominant square submatrix: its rows, and coefficients C of all rows."""
    chosen, _ = lu_pivots(U, size)
    C = np.asarray(np.linalg.solve(U[chosen].T, U.T).T, np.float64)
    exchange(C, chosen, bound)
    return chosen, C


def exchange(coefficients: Array, chosen: Indices, bound: float) -> None:
    r"""Exchange chosen rows while a coefficient is above ``bound``, in place.

    Every exchange multiplies the volume of the k chosen rows by that coefficient.

    Parameters
    ----------
    coefficients : (N, k)
        C of all rows: :math:`U = C\, U[\mathrm{chosen}]`.
    chosen : (k,)
    bound : float
        Above 1.
    """
    C = coefficients
    for _ in range(EXCHANGES * len(chosen)):
        i = first_largest(np.abs(C).max(axis=1))
        j = first_largest(np.abs(C[i]))
        if not abs(C[i, j]) > bound + margin(bound):
            break
        step = C[i].copy()
        step[j] -= 1.0
        C -= np.outer(C[:, j], step / C[i, j])
        chosen[j] = i


def _extend(chosen: Indices, C: Array, k: int) -> Indices:
    """Add the rows that their coefficients are largest of, up to k; rows equal to chosen ones not.

    Raises
    ------
    TooFewError
        There are fewer distinct rows.
    """
    indices = chosen.tolist()
    lengths = squared_norms(C)
    lengths[lengths + 1.0 - 2.0 * C.max(axis=1) <= EQUAL] = -np.inf
    while len(indices) < k:
        i = first_largest(lengths, 1.0)
        size = lengths[i]
        if size == -np.inf:
            raise TooFewError(
                f"n_to_select is {k}, but only {len(indices)} rows are distinct", len(indices)
            )
        along = C @ C[i]
        equal = lengths + size - 2.0 * along <= EQUAL * size
        along /= 1.0 + size
        lengths -= (1.0 + size) * along**2
        lengths[equal] = -np.inf
        C = np.column_stack([C - np.outer(along, C[i]), along])
        indices.append(i)
    return np.array(indices, np.int64)
