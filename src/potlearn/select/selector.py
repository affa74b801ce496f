"""What every selector is: frozen parameters, checked input, scikit-learn's habits."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from typing_extensions import override

from potlearn.errors import TooFewError
from potlearn.linalg.blas import one_blas_thread
from potlearn.select.copies import check_distinct
from potlearn.select.estimator import Estimator
from potlearn.select.given import Given, choose_given
from potlearn.select.labels import Labels as Labels
from potlearn.select.labels import check_labels
from potlearn.select.parameters import check_count, is_positive_integer, shown
from potlearn.select.rows import Rows, as_rows, check_numbers
from potlearn.select.run import Run
from potlearn.select.seeds import Seed, seed_sequence
from potlearn.select.selection import Selection
from potlearn.typing import Array, Settings


@dataclass(frozen=True)
class Selector(Estimator):
    """Chooses rows of a matrix.

    Parameters are checked when rows are chosen; ``fit`` keeps what was chosen as ``selected_idx_``
    and ``selection_``, ``select`` returns it.
    """

    # Whether rows are read in passes over chunks, so that a hierarchy needs no levels.
    streams: ClassVar[bool] = False
    # Whether it computes with the numbers, whose powers must then be finite.
    computes: ClassVar[bool] = True
    # False: what was chosen is checked for equal rows.  True: they may be chosen, or the selector
    # itself avoids them.
    copies: ClassVar[bool] = True

    @abstractmethod
    def choose(self, rows: Rows, labels: Labels | None, run: Run) -> Selection:
        """Choose from checked rows: what :meth:`select` does after its checks."""

    def check(self, n: int) -> None:
        """Raise SelectionError where the parameters do not go with ``n`` rows."""

    def select(
        self,
        X: ArrayLike | Rows,
        y: Labels | None = None,
        *,
        known: ArrayLike | Rows | None = None,
        costs: ArrayLike | None = None,
        budget: float | None = None,
    ) -> Selection:
        """Choose rows of a matrix.

        Parameters
        ----------
        X : (N, D)
        y : (N,), optional
            A label of each row, where labels matter.
        known : (M, D), optional
            Rows that were chosen before, such as labelled configurations: the choice continues
            from them, and rows that are copies of them are not chosen.
        costs : (N,), optional
            What each row costs; together with ``budget``.
        budget : float, optional
            What the chosen rows may cost together; their number is then ``n_to_select`` at most.

        Raises
        ------
        SelectionError
            ``X`` is malformed, holds NaN or numbers of extreme size, the parameters do not go with
            it, or the selector cannot continue from known rows or keep to a budget.
        TooFewError
            Fewer rows can be chosen than were asked for.
        """
        rows = as_rows(X)
        check_labels(rows.shape[0], y)
        given = Given.of(rows, known, costs, budget)
        if given is not None:
            return self._select_given(rows, y, given)
        self.check(rows.shape[0])
        with one_blas_thread(), self.running(rows) as run:
            selection = self.choose(rows, y, run)
        self.check_chosen(rows, selection)
        return selection

    def check_chosen(self, rows: Rows, selection: Selection) -> None:
        """Raise SelectionError where what was chosen is not a choice of distinct rows."""
        selection.check(rows.shape[0], type(self).__name__)
        if not self.copies:
            check_distinct(rows, selection.indices)

    def _select_given(self, rows: Rows, y: Labels | None, given: Given) -> Selection:
        """Choose among the rows that are no copies of known ones."""
        check_numbers(rows, self.computes)
        free = given.free(rows)
        selector = self if given.budget is None else self.at_most(len(free))
        selector.check(len(free))
        part, labels = rows.take(free), None if y is None else [y[i] for i in free.tolist()]
        with one_blas_thread(), selector.running(part, given.known) as run:
            found = selector.choose_given(part, given.among(free), labels, run)
        selection = Selection(free[found.indices], found.scores)
        self.check_chosen(rows, selection)
        return selection

    def choose_given(self, rows: Rows, given: Given, labels: Labels | None, run: Run) -> Selection:
        """Choose from checked rows, with known rows and a budget where they are given."""
        return choose_given(self, rows, given, labels, run)

    def at_most(self, n: int) -> Self:
        """The selector with ``n_to_select`` no larger than ``n``."""
        return self

    @contextmanager
    def running(self, rows: Rows, known: Rows | None = None) -> Iterator[Run]:
        """Check the numbers, and give the run of a selection."""
        check_numbers(rows, self.computes)
        yield Run(seed_sequence(getattr(self, "random_state", 0)))

    def fitted(self, rows: Rows) -> Self:
        """The selector with what it takes from all rows filled in, so that chunks have the same."""
        return self


@dataclass(frozen=True)
class Sized(Selector):
    """A selector of a given number of rows.

    Parameters
    ----------
    n_to_select : int
        Number k of rows to choose.
    """

    n_to_select: int

    @override
    def check(self, n: int) -> None:
        k = self.n_to_select
        check_count("n_to_select", k)
        if k > n:
            raise TooFewError(f"n_to_select is {shown(k)}, but there are only {n} rows", n)

    @override
    def at_most(self, n: int) -> Self:
        k = self.n_to_select
        return replace(self, n_to_select=min(k, n)) if is_positive_integer(k) else self

    # Number of rows that it can choose from at once, where there is a limit.
    most_rows: ClassVar[int | None] = None

    def most(self, n: int, d: int) -> int:
        """Bound on the number of rows that can be chosen of ``n`` with ``d`` columns."""
        return n

    def resized(self, n_to_select: int, seed: Seed) -> Self:
        """The selector for a chunk: another number of rows, and another seed if it has one."""
        changes: Settings = {"n_to_select": n_to_select}
        if "random_state" in self.get_params():
            changes["random_state"] = seed
        return replace(self, **changes)

    def choose_weighted(self, rows: Rows, weights: Array, run: Run) -> Selection:
        """Choose from weighted rows; most selectors ignore the weights."""
        return self.choose(rows, None, run)

    def stands_for(self, selection: Selection, weights: Array) -> Array:
        """How many rows of the data each chosen row represents."""
        return np.ones(len(selection))
