"""Which trials are on the front."""

from __future__ import annotations

import numpy as np

from potlearn.errors import TuneError
from potlearn.typing import Array, Mask


def pareto(values: Array) -> Mask:
    r"""Rows that no other row dominates; all objectives are minimised.

    Row a dominates row b if :math:`a_j \le b_j` for all objectives j and :math:`a_j < b_j` for
    one.  Of equal rows the first one counts, which is the lowest number where rows are trials in
    the order of their numbers.  A row with a value that is not finite is never on the front.

    Takes :math:`O(n \log n)` for one and two objectives, :math:`O(n f)` with f rows on the front
    for more.

    Parameters
    ----------
    values : (n, k)

    Returns
    -------
    (n,) bool

    Raises
    ------
    TuneError
        ``values`` is not a table with at least one column.
    """
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] == 0:
        raise TuneError(f"the front needs a table (trials, objectives), got shape {table.shape}")
    rows = np.flatnonzero(np.isfinite(table).all(axis=1))
    # Sorted by the first objective, then the second, ...; equal rows by their place.  A row can
    # only be dominated by one before it.
    rows = rows[np.lexsort(table[rows].T[::-1])]
    kept = _staircase(table[rows]) if table.shape[1] <= 2 else _filtered(table[rows])
    mask = np.zeros(len(table), dtype=bool)
    mask[rows[kept]] = True
    return mask


def _staircase(ordered: Array) -> Mask:
    """At most two objectives: a row is kept if its last value is below all before it."""
    last = ordered[:, -1]
    before = np.minimum.accumulate(np.concatenate([[np.inf], last]))[:-1]
    kept: Mask = last < before
    return kept


def _filtered(ordered: Array) -> Mask:
    """Any number of objectives: each row against those kept before it."""
    front = np.empty_like(ordered)
    kept = np.zeros(len(ordered), dtype=bool)
    n = 0
    for i, row in enumerate(ordered):
        if not (front[:n] <= row).all(axis=1).any():
            front[n], kept[i] = row, True
            n += 1
    return kept
