r"""Pivots of a QR decomposition of the leading singular vectors (Q-DEIM).

.. math::
    U_k^T P = Q R, \qquad |R_{11}| \ge |R_{22}| \ge \dots

(Drmač & Gugercin, A new selection operator for the discrete empirical interpolation method, 2016).
Every vector counts the same, however small its singular value; with X itself in place of U the
pivots are those of :class:`~potlearn.select.GreedyMAP`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from typing_extensions import override

from potlearn.select.determinantal.ensemble import Along, spectrum_of
from potlearn.select.determinantal.greedy_map import pivoted_qr
from potlearn.select.kernels.named import Identity
from potlearn.select.matrix.singular import check_rank, typical_terms
from potlearn.select.moments import Triangle
from potlearn.select.rows import Rows
from potlearn.select.run import Run
from potlearn.select.selection import Selection
from potlearn.select.selector import Labels, Sized


@dataclass(frozen=True)
class PivotedQR(Sized):
    """Choose the pivots of k singular vectors; scores are the diagonal of R.

    Parameters
    ----------
    n_to_select : int
        Number k of rows, at most the rank of X.
    """

    streams: ClassVar[bool] = True
    copies: ClassVar[bool] = False

    @override
    def most(self, n: int, d: int) -> int:
        return min(n, d)

    @override
    def choose(self, rows: Rows, labels: Labels | None, run: Run) -> Selection:
        k = self.n_to_select
        values, axes = spectrum_of(rows, Identity(), Triangle(), run)
        check_rank(k, len(values))
        along = Along(Identity(), np.ascontiguousarray(axes[:, :k]))
        terms = typical_terms(values, rows.shape[0], float(values[k - 1]))
        indices, squares = zip(*pivoted_qr(rows, along, k, run, k, terms), strict=True)
        return Selection.of(indices, np.sqrt(squares))
