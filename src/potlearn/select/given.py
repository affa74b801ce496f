"""What a selection is given besides rows: known rows to continue from, and a budget for costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

from potlearn.errors import SelectionError
from potlearn.select.joined import Joined
from potlearn.select.near_copies import near_copies
from potlearn.select.rows import Rows, as_rows, check_numbers
from potlearn.select.run import Run
from potlearn.select.selection import Selection
from potlearn.typing import Array, Indices


@dataclass(frozen=True)
class Budget:
    """Costs of rows, and what they may cost together.

    Attributes
    ----------
    costs : (N,)
        Positive.
    limit : float
        In the same unit.
    """

    costs: Array
    limit: float

    @classmethod
    def of(cls, costs: ArrayLike, limit: float, n: int) -> Budget:
        """Checked costs of ``n`` rows.

        Raises
        ------
        SelectionError
            A cost is not a positive number, or the budget is below the smallest.
        """
        try:
            array = np.asarray(costs, np.float64)
            limit = float(limit)
        except (TypeError, ValueError) as error:
            raise SelectionError(f"costs and budget must be numbers: {error}") from error
        if array.shape != (n,):
            raise SelectionError(f"costs have shape {array.shape}; expected one for each of {n}")
        wrong = np.flatnonzero(~((array > 0) & (array < np.inf)))
        if len(wrong):
            i = int(wrong[0])
            raise SelectionError(f"the cost of row {i} is {array[i]}; expected a positive number")
        if not float(array.min()) <= limit < np.inf:
            raise SelectionError(
                f"budget is {limit:g}; the cheapest row costs {float(array.min()):g}"
            )
        return cls(array, limit)

    def take(self, indices: Indices) -> Budget:
        """The same budget for some of the rows."""
        return Budget.of(self.costs[indices], self.limit, len(indices))


@dataclass(frozen=True)
class Given:
    """Known rows (M, D) and a budget, where there are any."""

    known: Rows | None
    budget: Budget | None

    @classmethod
    def of(
        cls,
        rows: Rows,
        known: ArrayLike | Rows | None,
        costs: ArrayLike | None,
        budget: float | None,
    ) -> Given | None:
        """What is given, checked; None where there is nothing."""
        if (costs is None) != (budget is None):
            raise SelectionError("costs and budget go together: give both, or neither")
        if known is None and costs is None:
            return None
        checked = None if costs is None or budget is None else Budget.of(
            costs, budget, rows.shape[0]
        )  # fmt: skip
        return cls(None if known is None else known_rows(known, rows), checked)

    def free(self, rows: Rows) -> Indices:
        """Numbers of the rows that are no copies of known ones, ascending."""
        if self.known is None:
            return np.arange(rows.shape[0])
        m = self.known.shape[0]
        first = near_copies(Joined(self.known, rows))[m:]
        free = np.flatnonzero(first >= m)
        if len(free) == 0:
            raise SelectionError("every row is a copy of a known one: nothing is left to choose")
        return free

    def among(self, indices: Indices) -> Given:
        """The same for some of the rows."""
        return Given(self.known, None if self.budget is None else self.budget.take(indices))


@runtime_checkable
class Continues(Protocol):
    """A selector that can take account of rows that are already known."""

    def choose_beyond(self, rows: Rows, known: Rows, labels: Any, run: Run) -> Selection:
        """Choose rows as if the known ones (M, D) had been chosen before."""


@runtime_checkable
class Spends(Protocol):
    """A selector that can keep to a budget."""

    def choose_within(
        self, rows: Rows, budget: Budget, known: Rows | None, labels: Any, run: Run
    ) -> Selection:
        """Choose rows of much gain for their cost until nothing more can be afforded."""


Kind = TypeVar("Kind")


def choose_given(selector: object, rows: Rows, given: Given, labels: Any, run: Run) -> Selection:
    """Choose with a selector that can do what is asked for.

    Raises
    ------
    SelectionError
        The selector cannot; the message names those that can.
    """
    if given.budget is not None:
        if not isinstance(selector, Spends):
            raise _refusal(selector, Spends, "keep to a budget")
        return selector.choose_within(rows, given.budget, given.known, labels, run)
    assert given.known is not None  # else there is nothing to take account of
    if not isinstance(selector, Continues):
        raise _refusal(selector, Continues, "continue from known rows")
    return selector.choose_beyond(rows, given.known, labels, run)


def _refusal(selector: object, kind: type, what: str) -> SelectionError:
    from potlearn.select import SELECTORS

    able = [name for name in SELECTORS if issubclass(SELECTORS[name], kind)]
    return SelectionError(f"{type(selector).__name__} cannot {what}; can: {', '.join(able)}")


def known_rows(known: ArrayLike | Rows, rows: Rows) -> Rows:
    """Checked known rows, with as many columns as the rows."""
    found = as_rows(known)
    if found.shape[1] != rows.shape[1]:
        raise SelectionError(
            f"known rows have {found.shape[1]} features; expected {rows.shape[1]}, as X has"
        )
    check_numbers(found, name="known")
    return found
