"""A fit compressed: refits of every size, and errors on data that they have not seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from potlearn.compress.base import Compressor
from potlearn.compress.curve import Curve, Errors, smallest_within, usual_sizes
from potlearn.compress.problem import FeatureProblem
from potlearn.compress.reduce import Reduced, Reducer
from potlearn.compress.refit import potential_of
from potlearn.compress.registry import DEFAULT, make_compressor
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
    options : mapping
        Arguments of the compressor, where it is given by its name.
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
    options: Mapping[str, Any] = field(default_factory=dict)
    reference: Potential | None = None
    test: Ledger | None = field(default=None, repr=False)
    report: Report | None = field(default=None, repr=False)
    _held_out: dict[int, Errors] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        rows, columns = sum(self.result.n_rows.values()), len(self.result.columns)
        if rows < columns:
            raise FitError(
                f"the data give {rows} rows for {columns} coefficients; which functions matter "
                "cannot be told from fewer rows than coefficients: give more data, or fit a "
                "smaller basis"
            )

    @cached_property
    def whole(self) -> Reducer:
        """Of all training rows."""
        posed = self._posed()
        return self._reducer(posed, posed.problem, self.report)

    def fit(self, k: int) -> Reduced:
        """The refit of ``k`` functions or directions.

        Raises
        ------
        FitError
            ``k`` is less than one, or more than there are.
        """
        return self.whole.fit(k)

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

    def held_out(self, k: int) -> Errors:
        """Errors of a size on the test set, or on folds of the training set.

        Of a fold, neither the functions nor the coefficients have seen the configurations.

        Raises
        ------
        FitError
            No test set, and a ledger of fewer than two folds.
        """
        if k not in self._held_out:
            self._held_out[k] = self._errors_on_folds(k) if self.test is None else self._on_test(k)
        return self._held_out[k]

    def _on_test(self, k: int) -> Errors:
        assert self.test is not None
        return self.test.rmse(self.fit(k).coefficients)["all"]

    def _errors_on_folds(self, k: int) -> Errors:
        found: list[tuple[Key, Residual]] = []
        for fold, reducer in self._folds:
            coefficients = reducer.fit(min(k, reducer.most)).coefficients
            found.extend(self.result.ledger.residuals(coefficients, folds=[fold]).items())
        return rmse_table(found)["all"]

    # Sizes ---------------------------------------------------------------------------------------

    def smallest(self, loss: float) -> int:
        """The smallest size whose held-out force error grows by ``loss``, a part of it, at most."""
        return smallest_within(self.whole.sizes, self.held_out, loss)

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
            By default some 24, evenly on a logarithmic scale; the largest one belongs to it.
        report : function, optional
            Called with (sizes done, sizes).
        """
        whole = self.whole
        chosen = usual_sizes(whole.sizes) if sizes is None else [whole.size(k) for k in sizes]
        chosen = sorted({*chosen, whole.most})
        fits, held = [], []
        for done, k in enumerate(chosen):
            if report is not None:
                report(done, len(chosen))
            fits.append(self.fit(k))
            held.append(self.held_out(k))
        return Curve(
            method=self.method if isinstance(self.method, str) else type(self.method).__name__,
            by="cost" if "work" in self.options else "error",
            what="functions" if whole.chooses_functions else "directions",
            sizes=tuple(chosen),
            train=tuple(self.errors(fit) for fit in fits),
            held_out=tuple(held),
            held_out_on=self.held_out_on,
            times=tuple(self._times(fits, examples)),
            names=whole.path.names if whole.chooses_functions else (),
        )

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
        descriptor = self.descriptor
        with one_blas_thread():
            features = FeatureProblem.of(
                problem, descriptor.feature_names, descriptor.species, self.result.info
            )
        method = make_compressor(self.method, **self.options)
        solver = self.result.settings.make_solver()
        return Reducer(replace(posed, problem=problem), features, method, solver, report)
