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

import numpy as np

from potlearn.errors import SelectionError, TooFewError
from potlearn.select.ensemble import MIN_RANK
from potlearn.select.greedy import greedy
from potlearn.select.kernel_base import FeatureMap, Kernel, Precomputed
from potlearn.select.kernels import KernelLike, make_kernel
from potlearn.select.nystroem import Nystroem
from potlearn.select.rows import Rows, blocks
from potlearn.select.run import Run
from potlearn.select.seeds import Seed
from potlearn.select.selection import Array, Indices, Selection
from potlearn.select.selector import Labels, Sized
from potlearn.select.vectors import orthonormal, squared_norms

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
        :math:`k N` is above 5e7; by default 2k, at least 500.
    random_state : int, Generator or SeedSequence
        Draws the landmarks; nothing else is random.
    """

    kernel: KernelLike = "linear"
    rank: int | None = None
    random_state: Seed = 0

    def fitted(self, rows: Rows) -> GreedyMAP:
        """See :class:`~potlearn.select.selector.Selector`: the kernel of all rows."""
        kernel = make_kernel(self.kernel).fitted(rows)
        if isinstance(kernel, Precomputed):
            raise SelectionError("a precomputed kernel has no chunks: choose without a hierarchy")
        return replace(self, kernel=kernel)

    def most(self, n: int, d: int) -> int:
        """See :class:`~potlearn.select.selector.Sized`: the number of features, where it counts."""
        features = make_kernel(self.kernel).features()
        return n if features is None else min(n, features.width(d))

    def choose(self, rows: Rows, labels: Labels | None, run: Run) -> Selection:
        """See :class:`~potlearn.select.selector.Selector`."""
        chosen = list(self._picks(rows, run))
        if len(chosen) < self.n_to_select:
            raise TooFewError(
                f"n_to_select is {self.n_to_select}, above the rank of the kernel, {len(chosen)}: "
                "more rows have no volume",
                len(chosen),
            )
        indices, gains = zip(*chosen, strict=True)
        return Selection.of(indices, np.log(gains))

    def _picks(self, rows: Rows, run: Run) -> Iterator[tuple[int, float]]:
        k, kernel = self.n_to_select, make_kernel(self.kernel).fitted(rows)
        features = kernel.features()
        if isinstance(kernel, Precomputed):
            return pivoted_cholesky(kernel.matrix(rows), kernel, k)
        if features is None and k * rows.shape[0] <= KERNEL_ROWS:
            return pivoted_cholesky(rows.read(), kernel, k)
        if features is None:
            rank = self.rank or max(2 * k, MIN_RANK)
            features = Nystroem.of(kernel, rows, rank, run.rng(1))
        return pivoted_qr(features_of(rows, features), k)


def features_of(rows: Rows, features: FeatureMap) -> Array:
    """Features of all rows."""
    return np.concatenate([features(block) for _, block in blocks(rows)])


def pivoted_cholesky(X: Array, kernel: Kernel, k: int) -> Iterator[tuple[int, float]]:
    """Rows and their :math:`d_i^2`, from one row of the kernel matrix for each choice.

    Ends where all :math:`d_i^2` are rounding.
    """
    left = kernel.diagonal(X)
    cut = len(X) * _EPS * float(left.max())
    factor = np.zeros((k, len(X)))
    for t in range(k):
        j = int(left.argmax())
        if not left[j] > cut:
            return
        yield j, float(left[j])
        row = X[j] if isinstance(kernel, Precomputed) else kernel(X[j : j + 1], X)[0]
        factor[t] = (row - factor[:t, j] @ factor[:t]) / np.sqrt(left[j])
        left -= factor[t] ** 2
        left[j] = -np.inf


def pivoted_qr(B: Array, k: int) -> Iterator[tuple[int, float]]:
    """Rows farthest from the span of those before, with the squares of their distances.

    Ends where all distances are rounding.
    """
    rule, chosen = Residuals(B), list[int]()
    while True:
        for i, score in greedy(rule.parts, rule, k - len(chosen)):
            yield i, score
            chosen.append(i)
        if len(chosen) == k or not rule.project(chosen):
            return


@dataclass
class Residuals:
    """Squared distances of rows from the span of the chosen ones.

    Distances are differences of squares.  When they have fallen so far that few digits are left,
    the rows are replaced by their parts outside the span.
    """

    parts: Array
    directions: list[Array] = field(default_factory=list)
    level: float = field(init=False)
    cut: float = field(init=False)

    def __post_init__(self) -> None:
        self.level = float(self.start(self.parts).max())
        self.cut = (max(self.parts.shape) * _EPS) ** 2 * self.level

    def start(self, X: Array) -> Array:
        """See :class:`~potlearn.select.greedy.Rule`."""
        return squared_norms(X)

    def effect(self, X: Array, i: int, score: float) -> Array | None:
        """See :class:`~potlearn.select.greedy.Rule`: the direction that the row adds."""
        if score <= max(DIGITS * self.level, self.cut):
            return None
        self.directions.append(orthonormal(X[i], self._basis()))
        return self.directions[-1]

    def updated(self, scores: Array, X: Array, among: Indices | slice, effects: Array) -> Array:
        """See :class:`~potlearn.select.greedy.Rule`."""
        return np.asarray(scores - squared_norms(X @ effects.T))

    def project(self, chosen: list[int]) -> bool:
        """Take the span off all rows; whether anything is left."""
        basis = self._basis()
        self.parts = self.parts - (self.parts @ basis.T) @ basis
        self.parts[chosen] = 0.0
        self.directions.clear()
        self.level = float(self.start(self.parts).max())
        return self.level > self.cut

    def _basis(self) -> Array:
        return np.array(self.directions).reshape(-1, self.parts.shape[1])
