r"""Greedy choice under a budget: in every step the row of the largest gain for its cost.

.. math::
    i_{t+1} = \arg\max_{i:\ c_i \le b - \sum_{s \in S_t} c_s} g_i(S_t) / c_i

with gains g that fall with every choice, costs c and budget b (Khuller, Moss & Naor, The budgeted
maximum coverage problem, 1999).  It ends where no row that can still be afforded gains anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from potlearn.errors import SelectionError
from potlearn.select.given import Budget
from potlearn.select.ties import first_largest
from potlearn.typing import Array, Indices


def bought(
    gains: Array, budget: Budget, most: int, updated: Callable[[int, Array], Array]
) -> tuple[Indices, Array]:
    """Rows and their gains when chosen, ``most`` at most.

    Parameters
    ----------
    gains : (N,)
        Before any choice; rows without gain (0 or less) are not chosen.
    budget : Budget
    most : int
    updated : function
        Gains after the choice of a row, from its number and the gains before.

    Raises
    ------
    SelectionError
        No row that can be afforded gains anything.
    """
    chosen = list(_bought(gains, budget, most, updated))
    if not chosen:
        raise SelectionError(
            f"no row that costs at most the budget, {budget.limit:g}, adds anything to the choice"
        )
    indices, found = zip(*chosen, strict=True)
    return np.asarray(indices, np.int64), np.asarray(found, np.float64)


def _bought(
    gains: Array, budget: Budget, most: int, updated: Callable[[int, Array], Array]
) -> Iterator[tuple[int, float]]:
    left, open_rows = budget.limit, np.ones(len(gains), bool)
    for _ in range(most):
        open_rows &= budget.costs <= left
        rates = np.where(open_rows & (gains > 0), gains / budget.costs, -np.inf)
        if not rates.max() > 0:
            return
        i = first_largest(rates)
        yield i, float(gains[i])
        left -= float(budget.costs[i])
        open_rows[i] = False
        gains = updated(i, gains)


def in_turn(order: Indices, budget: Budget, most: int) -> Indices:
    """Rows of an order that fit in what the budget leaves, one after the other."""
    left, chosen = budget.limit, list[int]()
    for i in order.tolist():
        if len(chosen) == most:
            break
        if budget.costs[i] <= left:
            left -= float(budget.costs[i])
            chosen.append(i)
    return np.array(chosen, np.int64)


def most_affordable(budget: Budget) -> int:
    """Bound on the number of rows that the budget can pay for."""
    total = np.cumsum(np.sort(budget.costs))
    return int(np.searchsorted(total, budget.limit, side="right"))
