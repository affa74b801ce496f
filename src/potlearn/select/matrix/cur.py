r"""CUR by leverage scores, one row at a time.

.. math::
    i_{t+1} = \arg\max_i \sum_{j \le m} U_{ij}^2, \qquad
    X_{t+1} = X_t - X_t\, q q^T, \quad q = x_{i_{t+1}} / |x_{i_{t+1}}| \text{ of } X_t

with the m leading left singular vectors U of what is left of X (Imbalzano et al., Automatic
selection of atomic fingerprints and reference configurations for machine-learning potentials,
2018; Mahoney & Drineas, CUR matrix decompositions for improved data analysis, 2009).  X itself
stays as it is: :math:`U_{ij} \sigma_j = x_i \cdot w_j` with right vectors of the deflated triangle
of X, so that a choice costs one product with X.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from typing_extensions import override

from potlearn.errors import TooFewError
from potlearn.select.matrix.singular import triangle_of, typical_terms
from potlearn.select.moments import Triangle
from potlearn.select.parameters import check_count
from potlearn.select.rows import Rows
from potlearn.select.run import Run
from potlearn.select.selection import Selection
from potlearn.select.selector import Labels, Sized
from potlearn.select.ties import first_largest
from potlearn.select.vectors import orthonormal, squared_norms
from potlearn.typing import Array

# Singular values below this part of the largest are lost in the square of a matrix.
RESOLUTION = 1e-7


@dataclass(frozen=True)
class CUR(Sized):
    """Choose rows of high leverage; scores are the leverages when chosen.

    Parameters
    ----------
    n_to_select : int
        Number k of rows, at most the rank of X.
    n_vectors : int
        Number m of singular vectors.
    """

    n_vectors: int = 1

    copies: ClassVar[bool] = False

    @override
    def check(self, n: int) -> None:
        super().check(n)
        check_count("n_vectors", self.n_vectors)

    @override
    def most(self, n: int, d: int) -> int:
        return min(n, d)

    @override
    def choose(self, rows: Rows, labels: Labels | None, run: Run) -> Selection:
        return self._chosen(rows.read(), triangle_of(rows), np.zeros((0, rows.shape[1])))

    def choose_beyond(self, rows: Rows, known: Rows, labels: Labels | None, run: Run) -> Selection:
        """Leverages in the matrix of all rows, known and others, outside the span of the known."""
        triangle = Triangle().merge(triangle_of(rows), triangle_of(known))
        _, values, right = np.linalg.svd(triangle_of(known))
        rank = int((values > max(known.shape) * float(np.finfo(float).eps) * values[0]).sum())
        return self._chosen(rows.read(), triangle, right[:rank])

    def _chosen(self, X: Array, triangle: Array, basis: Array) -> Selection:
        """Choices outside the span of the orthonormal rows of a basis."""
        cut = max(X.shape) * float(np.finfo(float).eps) * float(np.linalg.norm(triangle, 2))
        indices: list[int] = []
        scores: list[float] = []
        for t in range(self.n_to_select):
            found = self._leverages(X, triangle, basis, cut)
            if found is None:
                raise TooFewError(f"n_to_select is {self.n_to_select}, above the rank of X, {t}", t)
            leverages, terms = found
            leverages[indices] = -1.0
            indices.append(first_largest(leverages, terms * float(leverages.max()) ** 0.5))
            scores.append(float(leverages[indices[-1]]))
            basis = np.vstack([basis, orthonormal(X[indices[-1]], basis)])
        return Selection.of(indices, scores)

    def _leverages(
        self, X: Array, triangle: Array, basis: Array, cut: float
    ) -> tuple[Array, float] | None:
        """Leverages of the remaining part of the rows, and their terms; None if it is zero."""
        left = triangle - (triangle @ basis.T) @ basis
        values, W = _leading(left, self.n_vectors)
        kept = values > max(cut, RESOLUTION * values.max())
        if not kept.any():
            return None
        leverages = squared_norms(X @ (W[:, kept] / values[kept]))
        return leverages, typical_terms(triangle, len(X), float(values[kept].min()))


def _leading(matrix: Array, m: int) -> tuple[Array, Array]:
    """Largest singular values and their right vectors, (D, m), by the smaller square."""
    from scipy.linalg import eigh

    wide = matrix.shape[0] < matrix.shape[1]
    small = matrix @ matrix.T if wide else matrix.T @ matrix
    d = len(small)
    squares, W = eigh(small, subset_by_index=[max(d - m, 0), d - 1])
    values = np.sqrt(np.maximum(squares, 0.0))
    return values, matrix.T @ (W / np.where(values > 0, values, 1.0)) if wide else W
