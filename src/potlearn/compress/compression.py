"""A fit compressed: refits of every size, and errors on data that they have not seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from potlearn.compress.base import Compressor
from potlearn.compress.by_cost import ByCost
from potlearn.compress.curve import Curve, Errors, growth
from potlearn.compress.problem import FeatureProblem, check_rows, shares_of
from potlearn.compress.reduce import Reduced, Reducer
from potlearn.compress.refit import potential_of
from potlearn.compress.registry import DEFAULT, make_compressor
from potlearn.compress.sizes import POINTS, Size, front, smallest_good, spread
from potlearn.compress.timing import force_times
from potlearn.errors import FitError
from potlearn.fit.ledger.ledger import Ledger, Residual, rmse_table
from potlearn.fit.posed import Posed
from potlearn.fit.result import FitResult
from potlearn.fit.rows.names import Key
from potlearn.fit.solve.problem import LinearProblem
from potlearn.linalg.blas import one_blas_thread

if TYPE_CHECKING:
    from potlearn.descriptors import Descriptor
    from potlearn.potentials import LinearPotential, Potential
    from potlearn.runtime import Report
    from potlearn.typing import Atoms

HELD_OUT_ON_TEST = "test set"
FEWER = 14
"""Points of one of several paths."""


@dataclass(frozen=True)
class Compression:
    """Compresses a fit by one method; the path is made once, when it is first needed.

    Parameters
    ----------
    result : FitResult
        The fit of all functions.
    descriptor : Descriptor
        Of the fit.
    method : str or Compressor
        Name in :data:`~potlearn.compress.COMPRESSORS`, or a compressor.
    reference : Potential, optional
        The potential under the fit.
    test : Ledger, optional
        Rows of a test set (:func:`~potlearn.compress.ledger_of`) for :meth:`held_out`.  Without it
        the fit's ledger must have two folds or more.
    report : function, optional
        Called with (done, total) while the path is made.
    """

    result: FitResult
    descriptor: Descriptor
    method: str | Compressor = DEFAULT
    reference: Potential | None = None
    test: Ledger | None = field(default=None, repr=False)
    report: Report | None = field(default=None, repr=False)
    _held_out: dict[Size, Errors] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        check_rows(self.result.ledger)

    @cached_property
    def whole(self) -> Reducer:
        """Of all training rows."""
        posed = self._posed()
        return self._reducer(posed, posed.problem, self.report)

    def fit(self, k: int, path: int = 0) -> Reduced:
        """The refit of ``k`` functions or directions; of a path, where there are several.

        Raises
        ------
        FitError
            ``k`` is less than one, or more than there are.
        """
        return self.whole.fit(k, path)

    def potential(self, reduced: Reduced) -> LinearPotential:
        """The potential of a refit."""
        return potential_of(self.result, self.descriptor, reduced, self.reference)

    def errors(self, reduced: Reduced) -> Errors:
        """Training errors of a refit."""
        return self.result.ledger.rmse(reduced.coefficients)["all"]

    # Held-out errors -----------------------------------------------------------------------------

    @property
    def held_out_on(self) -> str:
        """What :meth:`held_out` gives errors on."""
        return HELD_OUT_ON_TEST if self.test is not None else f"{len(self._folds)} folds"

    def held_out(self, k: int, path: int = 0) -> Errors:
        """Errors of a size on the test set, or on folds of the training set.

        Of a fold, neither the functions nor the coefficients have seen the configurations.

        Raises
        ------
        FitError
            No test set, and a ledger of fewer than two folds.
        """
        size = Size(k, path)
        if size not in self._held_out:
            of = self._errors_on_folds if self.test is None else self._errors_on_test
            self._held_out[size] = of(size)
        return self._held_out[size]

    def _errors_on_test(self, size: Size) -> Errors:
        assert self.test is not None
        return self.test.rmse(self.fit(*size).coefficients)["all"]

    def _errors_on_folds(self, size: Size) -> Errors:
        found: list[tuple[Key, Residual]] = []
        for fold, reducer in self._folds:
            coefficients = reducer.fit(min(size.k, reducer.most), size.path).coefficients
            found.extend(self.result.ledger.residuals(coefficients, folds=[fold]).items())
        return rmse_table(found)["all"]

    # Sizes ---------------------------------------------------------------------------------------

    def choose(self, loss: float, most: int | None = None) -> Size:
        """The smallest size within a loss; by cost, the cheapest of at most so many functions.

        Parameters
        ----------
        loss : float
            Largest growth of the held-out force error, as a part of that of the whole fit; of the
            best size of at most ``most`` functions, where that is beyond it already.
        most : int, optional
            Most functions.

        Raises
        ------
        FitError
            ``most`` is less than one, or more than there are.
        """
        top = self.whole.most if most is None else most
        largest = [Size(self.whole.size(top, j), j) for j in range(self._n_paths)]
        whole = self.held_out(self.whole.most)
        best = min(growth(self.held_out(*size), whole) for size in largest)
        limit = loss if best <= loss else (1 + best) * (1 + loss) - 1

        def is_good(path: int) -> Callable[[int], bool]:
            return lambda k: growth(self.held_out(k, path), whole) <= limit

        found = []
        for path in range(self._n_paths):
            sizes = [k for k in self.whole.sizes(path) if k <= top]
            k = smallest_good(sizes, is_good(path))
            found += [] if k is None else [Size(k, path)]
        return min(found, key=self._cost)

    def curve(
        self,
        examples: Sequence[Atoms],
        sizes: Sequence[int] | None = None,
        report: Report | None = None,
    ) -> Curve:
        """Errors and force times of many sizes.

        Parameters
        ----------
        examples : sequence of Atoms
            Configurations on which times are measured, side by side.
        sizes : sequence of int, optional
            By default some 24, evenly on a logarithmic scale; the largest one belongs to it.  By
            cost, those that no other beats in both cost and error.
        report : function, optional
            Called with (sizes done, sizes).
        """
        chosen = [*self._looked_at(sizes, report), Size(self.whole.most)]
        fits = [self.fit(*size) for size in chosen]
        return Curve(
            method=self._name,
            by="cost" if isinstance(self.method, ByCost) else "error",
            what="functions" if self.whole.chooses_functions else "directions",
            sizes=tuple(fit.size for fit in fits),
            train=tuple(self.errors(fit) for fit in fits),
            held_out=tuple(self.held_out(*size) for size in chosen),
            held_out_on=self.held_out_on,
            times=tuple(self._times(fits, examples)),
            names=tuple(fit.names for fit in fits),
        )

    def _looked_at(self, sizes: Sequence[int] | None, report: Report | None) -> list[Size]:
        """Sizes of a curve but for the largest."""
        points = [*self._points(sizes)]
        for done, size in enumerate(points):
            if report is not None:
                report(done, len(points))
            self.held_out(*size)
        if isinstance(self.method, ByCost):
            found = front((self._cost(s), self._loss(s), s) for s in points)
            thin = np.unique(np.linspace(0, len(found) - 1, POINTS).round().astype(int))
            return [found[j] for j in thin]
        return points

    def _points(self, sizes: Sequence[int] | None) -> Iterator[Size]:
        """Sizes of all paths; a set of functions that several have, once."""
        seen = {self.whole.names(self.whole.most)} if self.whole.chooses_functions else set()
        for path in range(self._n_paths):
            known = self.whole.sizes(path)
            points = POINTS if self._n_paths == 1 else FEWER
            asked = spread(known, points) if sizes is None else sizes
            wanted = {self.whole.size(k, path) for k in asked}
            for k in sorted(wanted - {self.whole.most}):
                names = self.whole.names(k, path)
                if names not in seen or not self.whole.chooses_functions:
                    yield Size(k, path)
                seen.add(names)

    @property
    def _name(self) -> str:
        """Name of the method; choosing by cost is a backward elimination, too."""
        if isinstance(self.method, ByCost):
            return DEFAULT
        return self.method if isinstance(self.method, str) else type(self.method).__name__

    @property
    def _n_paths(self) -> int:
        return len(self.whole.paths) if self.whole.chooses_functions else 1

    def _loss(self, size: Size) -> float:
        return growth(self.held_out(*size), self.held_out(self.whole.most))

    def _cost(self, size: Size) -> float:
        """Cost by the prices of the work; else the size."""
        if not isinstance(self.method, ByCost):
            return size.k
        return self.method.work.cost_of(self.whole.names(*size))

    def _times(self, fits: Sequence[Reduced], examples: Sequence[Atoms]) -> list[float]:
        """Force times; of projections the one of all functions."""
        if self.whole.chooses_functions:
            return force_times([self.potential(fit) for fit in fits], examples)
        return force_times([self.potential(fits[-1])], examples) * len(fits)

    # Problems ------------------------------------------------------------------------------------

    @cached_property
    def _folds(self) -> list[tuple[int, Reducer]]:
        """Of the rows outside each fold."""
        folds = [fold for fold in self.result.ledger.folds if fold >= 0]
        if len(folds) < 2:
            raise FitError("held-out errors need a test set, or a ledger of at least two folds")
        posed = self._posed(len(folds))
        made = (self._reducer(posed, train, None) for train, _ in posed.problem.folds)
        return list(zip(folds, made, strict=True))

    def _posed(self, n_folds: int = 0) -> Posed:
        settings = self.result.settings
        wanted = n_folds or settings.make_solver().n_folds
        with one_blas_thread():
            return Posed.of(self.result.ledger, settings, n_folds=wanted)

    def _reducer(self, posed: Posed, problem: LinearProblem, report: Report | None) -> Reducer:
        descriptor, info = self.descriptor, self.result.info
        shares = shares_of(self.result.ledger, descriptor.species)
        with one_blas_thread():
            features = FeatureProblem.of(
                problem, descriptor.feature_names, descriptor.species, info, shares
            )
        method = make_compressor(self.method)
        solver = self.result.settings.make_solver()
        return Reducer(replace(posed, problem=problem), features, method, solver, report)
