r"""Greedy MAP of a DPP: each choice adds the most to the log-determinant.

.. math::
    i_{t+1} = \arg\max_i \log\det L_{S \cup i} - \log\det L_S = \arg\max_i \log d_i^2, \qquad
    d_i^2 \leftarrow d_i^2 - e_i^2, \quad
    e_i = \frac{L_{ji} - \langle c_j, c_i \rangle}{d_j}, \quad c_i \leftarrow (c_i, e_i)

after choice j (Chen, Zhang & Zhou, Fast greedy MAP inference for determinantal point process,
2018, algorithm 1).  With features, :math:`d_i` is the distance of row i from the span of those
chosen, and :math:`e_i` its part along the last new direction: QR with pivots.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from math import sqrt
from typing import ClassVar, Self

import numpy as np
from typing_extensions import override

from potlearn.errors import SelectionError, TooFewError
from potlearn.select.buying import bought, most_affordable
from potlearn.select.determinantal.ensemble import MIN_RANK, Along, check_rank
from potlearn.select.given import Budget
from potlearn.select.greedy import Rule, Seen, greedy
from potlearn.select.kernels.base import FeatureMap, Kernel, Precomputed
from potlearn.select.kernels.conditioned import conditioned
from potlearn.select.kernels.named import KernelLike, kernel_of_chunks, make_kernel, most_volumes
from potlearn.select.kernels.nystroem import Nystroem
from potlearn.select.passes import squares_of
from potlearn.select.rows import Rows
from potlearn.select.run import Run
from potlearn.select.seeds import Seed
from potlearn.select.selection import Selection
from potlearn.select.selector import Labels, Sized
from potlearn.select.ties import first_largest
from potlearn.select.vectors import orthonormal, squared_norms
from potlearn.typing import Array, Indices

# Numbers k N of the factor up to which rows of the kernel matrix itself are used (400 MB).
KERNEL_ROWS = 50_000_000
# Part of the first squared distance below which its differences have lost digits.
DIGITS = 1e-6
_EPS = float(np.finfo(float).eps)


@dataclass(frozen=True)
class GreedyMAP(Sized):
    r"""Choose rows of large volume; scores are the gains in log-determinant.

    Parameters
    ----------
    n_to_select : int
        Number k of rows, at most the rank of the kernel.
    kernel : str, Kernel or function
        See :class:`~potlearn.select.KDPP`.
    rank : int, optional
        Landmarks of Nyström features, which a kernel without explicit features has where
        :math:`N \max(k, D)` is above 5e7; by default 2k, at least 500.
    random_state : int, Generator or SeedSequence
        Draws the landmarks; nothing else is random.
    """

    kernel: KernelLike = "linear"
    rank: int | None = None
    random_state: Seed = 0

    streams: ClassVar[bool] = True
    copies: ClassVar[bool] = False

    @override
    def check(self, n: int) -> None:
        super().check(n)
        check_rank(self.rank)

    @override
    def fitted(self, rows: Rows) -> Self:
        return replace(self, kernel=kernel_of_chunks(self.kernel, rows))

    @override
    def most(self, n: int, d: int) -> int:
        return most_volumes(self.kernel, n, d)

    @override
    def choose(self, rows: Rows, labels: Labels | None, run: Run) -> Selection:
        chosen = list(self._picks(rows, run))
        if len(chosen) < self.n_to_select:
            raise TooFewError(
                f"n_to_select is {self.n_to_select}, above the rank of the kernel, {len(chosen)}: "
                "more rows have no volume",
                len(chosen),
            )
        indices, gains = zip(*chosen, strict=True)
        return Selection.of(indices, np.log(gains))

    def choose_beyond(self, rows: Rows, known: Rows, labels: Labels | None, run: Run) -> Selection:
        """Gains in the log-determinant of known and chosen rows together."""
        kernel = conditioned(self.kernel, rows, known)
        return replace(self, kernel=kernel).choose(rows, labels, run)

    def choose_within(
        self, rows: Rows, budget: Budget, known: Rows | None, labels: Labels | None, run: Run
    ) -> Selection:
        """In every step the row of the largest :math:`d_i^2` for its cost."""
        kernel = conditioned(self.kernel, rows, known)
        most = min(self.n_to_select, most_affordable(budget), most_volumes(kernel, *rows.shape))
        if most * rows.shape[0] > KERNEL_ROWS:
            raise SelectionError(
                f"{rows.shape[0]} rows of which {most} can be afforded are too many for a budget: "
                "lower it, or choose from fewer rows"
            )
        indices, gains = bought_by_volume(rows.read(), kernel, most, budget)
        return Selection(indices, np.log(gains))

    def _picks(self, rows: Rows, run: Run) -> Iterator[tuple[int, float]]:
        k, kernel = self.n_to_select, make_kernel(self.kernel).fitted(rows)
        features = kernel.features()
        if isinstance(kernel, Precomputed):
            return pivoted_cholesky(kernel.matrix(rows), kernel, k)
        if features is None and max(k, rows.shape[1]) * rows.shape[0] <= KERNEL_ROWS:
            return pivoted_cholesky(rows.read(), kernel, k)
        if features is None:
            rank = self.rank or max(2 * k, MIN_RANK)
            features = Nystroem.of(kernel, rows, rank, run.rng(1))
        return pivoted_qr(rows, features, k, run, features.width(rows.shape[1]))


def pivoted_cholesky(X: Array, kernel: Kernel, k: int) -> Iterator[tuple[int, float]]:
    """Rows and their :math:`d_i^2`, from one row of the kernel matrix for each choice.

    Ends where all :math:`d_i^2` are rounding.
    """
    left = kernel.diagonal(X)
    largest = max(float(left.max()), kernel.terms)
    cut = len(X) * _EPS * largest
    factor = np.zeros((k, len(X)))
    for t in range(k):
        j = first_largest(left, largest)
        if not left[j] > cut:
            return
        yield j, float(left[j])
        row = X[j] if isinstance(kernel, Precomputed) else kernel(X[j : j + 1], X)[0]
        factor[t] = (row - factor[:t, j] @ factor[:t]) / np.sqrt(left[j])
        left -= factor[t] ** 2
        left[j] = -np.inf


def bought_by_volume(X: Array, kernel: Kernel, most: int, budget: Budget) -> tuple[Indices, Array]:
    """Rows and their :math:`d_i^2`, chosen by :math:`d_i^2` for their cost."""
    start = kernel.diagonal(X)
    cut = len(X) * _EPS * max(float(start.max()), kernel.terms)
    factors = list[Array]()

    def updated(j: int, left: Array) -> Array:
        row = X[j] if isinstance(kernel, Precomputed) else kernel(X[j : j + 1], X)[0]
        known = sum((f[j] * f for f in factors), np.zeros(len(X)))
        factors.append((row - known) / np.sqrt(left[j]))
        return np.where(left > cut, left - factors[-1] ** 2, 0.0)

    return bought(np.where(start > cut, start, 0.0), budget, most, updated)


def pivoted_qr(
    rows: Rows, features: FeatureMap | Along, k: int, run: Run, width: int, terms: float = 0.0
) -> Iterator[tuple[int, float]]:
    """Rows whose features are farthest from the span of those before, with squared distances.

    Distances are differences of squares.  Where they have fallen so far that few digits are left,
    the rows are seen anew, outside the span so far.  Ends where all distances are rounding.
    Features are as exact as ``terms`` of this length let them be.
    """
    rule, chosen, top = Residuals(features, terms), list[int](), 0.0
    while len(chosen) < k:
        squares = squares_of(rows, rule.seen, run, f"squares {len(chosen)}", width).copy()
        squares[chosen] = -np.inf
        top = top or float(squares.max())
        rule.floor = max(DIGITS * float(squares.max()), (max(squares.shape) * _EPS) ** 2 * top)
        if not float(squares.max()) > rule.floor:
            return
        stage = f"residuals {len(chosen)}"
        for i, score in greedy(rows, rule, squares, k - len(chosen), run, stage):
            yield i, score
            chosen.append(i)
        rule.leave_span(top**0.5)


@dataclass
class Residuals(Rule):
    """Squared distances of features from the span of the chosen rows.

    Attributes
    ----------
    features : FeatureMap or Along
    terms : float
        Length of what cancels in a row as it is seen: its rounding errors are of this size.
    span : list of (R,)
        Orthonormal directions that rows are seen outside of.
    directions : list of (R,)
        Those of the choices since.
    floor : float
        Squared distance at which choices end.
    """

    features: FeatureMap | Along
    terms: float = 0.0
    span: list[Array] = field(default_factory=list)
    directions: list[Array] = field(default_factory=list)
    floor: float = 0.0

    @override
    def seen(self, X: Array) -> Array:
        B = self.features(X)
        basis = np.array(self.span)
        return B - (B @ basis.T) @ basis if self.span else B

    @override
    def effect(self, row: Array, score: float) -> Array | None:
        if not score > self.floor:
            return None
        basis = np.array([*self.span, *self.directions]).reshape(-1, len(row))
        self.directions.append(orthonormal(row, basis))
        return self.directions[-1]

    @override
    def updated(self, scores: Array, seen: Seen, effects: Array) -> Array:
        return np.asarray(scores - squared_norms(seen.rows @ effects.T))

    @override
    def size(self, square: float, score: float) -> float:
        return square + self.terms * sqrt(max(score, 0.0))

    def leave_span(self, terms: float) -> None:
        """Look at rows outside all directions so far from now on; they had at most this length."""
        self.terms = max(self.terms, terms)
        self.span += self.directions
        self.directions = []
