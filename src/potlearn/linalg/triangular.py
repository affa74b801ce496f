r"""Triangular factors of tall matrices, updated by blocks of rows.

.. math:: A = Q R, \qquad \begin{bmatrix} R \\ B \end{bmatrix} = Q' R'

``R`` holds all that a squared-error fit needs of ``A``: :math:`\|A x\| = \|R x\|` for every ``x``.
A factor is an upper trapezoid of shape (min(m, K), K) for ``m`` rows of ``K`` columns.  Householder
reflections make it columnwise backward stable; the block updates are LAPACK's compact-WY kernels
``dgeqrt`` and ``dtpqrt`` (Elmroth & Gustavson, IBM J. Res. Dev. 44 (2000) 605; LAPACK Working
Note 222), whose flops, :math:`2 m K^2`, are those of one QR of all rows.

The kernels run on one BLAS thread, so that a result depends on the rows and their order alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from potlearn.linalg.blas import lapack
from potlearn.linalg.lapack import check

Matrix: TypeAlias = NDArray[np.float64]


PANEL = 64
"""Columns of :func:`take_ascending` that are reduced together."""


def panel_width(n_columns: int) -> int:
    """Columns per compact-WY panel; the fastest of 16-96 on AVX2 and AVX-512 at K = 300-1514."""
    return max(1, min(n_columns, 64 if n_columns >= 1000 else 32))


def factor(rows: Matrix) -> Matrix:
    """R of a QR of ``rows`` (m, K), (min(m, K), K); ``rows`` in Fortran order is overwritten."""
    m, n = rows.shape
    if m <= 1 or n == 0:
        return np.asfortranarray(rows[: min(m, n)])
    width = min(panel_width(n), m)
    packed, _, info = lapack().dgeqrt(width, np.asfortranarray(rows), overwrite_a=1)
    check(info, "dgeqrt")
    return np.asfortranarray(np.triu(packed[: min(m, n)]))


def update(triangle: Matrix, rows: Matrix, *, trapezoidal: bool = False) -> Matrix:
    """R of ``triangle`` (K, K) stacked on ``rows`` (m, K); both may be overwritten.

    ``trapezoidal`` says that ``rows`` is itself a factor (zeros below its diagonal, m <= K), which
    saves two thirds of the work.
    """
    m, n = rows.shape
    if m == 0 or n == 0:
        return triangle
    result, _, _, info = lapack().dtpqrt(
        m if trapezoidal else 0,
        panel_width(n),
        np.asfortranarray(triangle),
        np.asfortranarray(rows),
        overwrite_a=1,
        overwrite_b=1,
    )
    check(info, "dtpqrt")
    return np.asarray(result)


def merge(first: Matrix, second: Matrix) -> Matrix:
    """R of two factors, ``first`` upon ``second``; neither is changed.

    Under very unequal weights put the heavier first: reflections whose pivot rows are the heavy
    ones keep the light rows' digits (Cox & Higham, in Numerical Analysis 1997, Pitman 380, 57).
    """
    if len(first) == first.shape[1] > 0:
        return update(first.copy(order="F"), second.copy(order="F"), trapezoidal=True)
    return factor(stack([first, second]))


def merge_all(factors: Iterable[Matrix], n_columns: int) -> Matrix:
    """R of many factors, taken in their order; none of them gives shape (0, ``n_columns``)."""
    result = np.zeros((0, n_columns), order="F")
    for item in factors:
        result = merge(result, item) if len(result) else item
    return result


def all_but_one(factors: list[Matrix], n_columns: int) -> list[Matrix]:
    """For every ``k``, R of all factors but the ``k``-th, by prefix and suffix merges."""
    empty = np.zeros((0, n_columns), order="F")
    prefix, suffix = [empty], [empty]
    for item in factors[:-1]:
        prefix.append(merge(prefix[-1], item))
    for item in factors[:0:-1]:
        suffix.append(merge(suffix[-1], item))
    return [merge(a, b) for a, b in zip(prefix, reversed(suffix), strict=True)]


def take_columns(triangle: Matrix, columns: NDArray[np.intp]) -> Matrix:
    """R of the rows' chosen columns, in the order asked for.

    Leading columns in their own order need no arithmetic; any other choice is factored again.
    """
    chosen = np.asfortranarray(triangle[:, columns])
    k = len(columns)
    if np.array_equal(columns, np.arange(k)):
        return np.asfortranarray(chosen[: min(k, len(chosen))])
    return factor(chosen)


def take_ascending(triangle: Matrix, columns: NDArray[np.intp]) -> Matrix:
    """R of chosen columns in their own order, as :func:`take_columns`, in a third of the time.

    Column j of a factor is zero below row j, so that a panel of columns is factored with the rows
    down to its last one's; leading columns cost nothing.
    """
    chosen = np.asfortranarray(triangle[:, columns])
    m, k = chosen.shape
    for start in range(0, min(m, k), PANEL):
        stop = min(start + PANEL, k)
        if columns[stop - 1] >= stop:
            _reduce_panel(chosen, start, stop, min(int(columns[stop - 1]) + 1, m))
    return np.asfortranarray(chosen[: min(m, k)])


def _reduce_panel(rows: Matrix, start: int, stop: int, bottom: int) -> None:
    """Reflect rows ``start`` to ``bottom`` so that columns ``start`` to ``stop`` are triangular."""
    n = min(stop, bottom) - start
    panel = np.array(rows[start:bottom, start:stop], order="F")
    packed, t, info = lapack().dgeqrt(min(32, n), panel, overwrite_a=1)
    check(info, "dgeqrt")
    if stop < rows.shape[1]:
        rest, info = lapack().dgemqrt(
            np.asfortranarray(packed[:, :n]),
            np.asfortranarray(t[:, :n]),
            np.array(rows[start:bottom, stop:], order="F"),
            side="L",
            trans="T",
            overwrite_c=1,
        )
        check(info, "dgemqrt")
        rows[start:bottom, stop:] = rest
    rows[start:bottom, start:stop] = np.triu(packed)


def stack(blocks: list[Matrix]) -> Matrix:
    """Blocks of rows, one below the other, in Fortran order."""
    out = np.empty((sum(len(b) for b in blocks), blocks[0].shape[1]), order="F")
    start = 0
    for block in blocks:
        out[start : start + len(block)] = block
        start += len(block)
    return out


class Accumulator:
    """R of rows that arrive in pieces: pieces are collected and factored ``block`` rows at a time.

    Collecting makes the flops matrix-matrix products.  A few rows stay as they came, so that a key
    with few rows costs no more than its rows.  The bits of the result depend on the rows and on the
    order of the calls.

    Parameters
    ----------
    n_columns : int
        Number of columns K.
    block : int, optional
        Rows collected before a factorisation; by default max(K, 512).
    """

    def __init__(self, n_columns: int, block: int | None = None) -> None:
        self.n_columns = n_columns
        self.block = block or max(n_columns, 512)
        self.reduced = np.zeros((0, n_columns), order="F")
        self.pending: list[tuple[Matrix, ...]] = []
        self.n_pending = 0

    def add(self, *parts: Matrix) -> None:
        """Take rows in, given as column blocks side by side; they are kept until factored."""
        if len(parts[0]) == 0:
            return
        self.pending.append(parts)
        self.n_pending += len(parts[0])
        if self.n_pending >= self.block:
            self.reduce()

    def merge(self, other: Accumulator) -> None:
        """Take in all that another accumulator holds."""
        if len(other.reduced):
            self.reduced = merge(self.reduced, other.reduced)
        for parts in other.pending:
            self.add(*parts)

    def reduce(self) -> Matrix:
        """Factor what was collected; the factor of all rows so far, (min(m, K), K)."""
        if self.n_pending:
            rows = self._collected()
            if len(self.reduced) == self.n_columns:
                self.reduced = update(self.reduced, rows)
            else:
                self.reduced = factor(stack([self.reduced, rows]))
            self.pending, self.n_pending = [], 0
        return self.reduced

    def _collected(self) -> Matrix:
        rows = np.empty((self.n_pending, self.n_columns), order="F")
        start = 0
        for parts in self.pending:
            stop, column = start + len(parts[0]), 0
            for part in parts:
                rows[start:stop, column : column + part.shape[1]] = part
                column += part.shape[1]
            start = stop
        return rows
