"""A linear fit that takes in labelled configurations batch by batch.

Rows are made of new configurations alone and merged into the ledger's factors, so that a refit
costs the rows of the batch and one solution, whatever the number of configurations before.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from potlearn.errors import FitError
from potlearn.fit.fit import check_input
from potlearn.fit.ledger.layout import Layout
from potlearn.fit.ledger.ledger import Ledger
from potlearn.fit.ledger.reduction import reduce_dataset
from potlearn.fit.result import FitResult
from potlearn.fit.rows.file import EXTRA, chunks_of, row_counts
from potlearn.fit.rows.kept import KeptRows
from potlearn.fit.rows.make import RowMaker
from potlearn.fit.rows.names import column_names, column_penalties
from potlearn.fit.settings import FitSettings
from potlearn.fit.solved import Clock, solved
from potlearn.runtime import SERIAL, Runtime

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.descriptors import Descriptor
    from potlearn.potentials import Potential


class GrowingFit:
    """A linear fit to which configurations are added.

    The same batches in the same order give the same bits, whether or not results were asked for in
    between.  Coefficients agree with those of :func:`~potlearn.fit.fit_linear` to rounding.

    Parameters
    ----------
    descriptor : Descriptor
    settings : FitSettings, optional
        Its solver must need no folds, it leaves no labels out, and configurations have no weights
        of their own.  Stress is not searched for contradictions.
    reference : Potential, optional
        Potential whose energies, forces and virials are taken off the labels.
    memory : int
        Bytes of rows that are kept for what factors cannot give, such as expected errors.
    runtime : Runtime
        Workers.

    Raises
    ------
    FitError
        Settings that depend on all configurations at once.
    """

    def __init__(
        self,
        descriptor: Descriptor,
        settings: FitSettings | None = None,
        *,
        reference: Potential | None = None,
        memory: int = 512 * 2**20,
        runtime: Runtime = SERIAL,
    ) -> None:
        self.settings = replace(settings or FitSettings(), contradictions="keep")
        _check_settings(self.settings)
        self.descriptor, self.reference = descriptor, reference
        self.memory, self.runtime = memory, runtime
        self.dataset: Dataset | None = None
        self._rows: KeptRows | None = None
        self._ledger = Ledger(column_names(descriptor))
        self._ledger.penalties = column_penalties(descriptor) if self.settings.smoothness else None

    def __len__(self) -> int:
        return 0 if self.dataset is None else len(self.dataset)

    def add(self, batch: Dataset) -> None:
        """Take in labelled configurations.

        Raises
        ------
        FitError
            The batch is empty, or a design row is not finite.
        SpeciesError
            An element that the descriptor does not know.
        """
        check_input(batch, self.descriptor, self.settings.weights)
        n_old = len(self)
        whole = batch if self.dataset is None else self.dataset + batch
        maker = RowMaker(whole, self.descriptor, self.reference, self.settings.weights.used)
        rows = self._kept(maker)
        layout = Layout.of(whole, self.descriptor, self.settings)
        spans = chunks_of(batch, len(layout.columns))
        layout = replace(layout, chunks=tuple((n_old + a, n_old + b) for a, b in spans))
        part = reduce_dataset(rows, layout, self.runtime.executor)
        self._ledger.merge(part)
        for key in self._ledger.entries:
            self._ledger.factor(key)  # the same bits whether or not a result is asked for now
        self.dataset, self._rows = whole, rows

    def result(self) -> FitResult:
        """The fit of all configurations so far.

        Raises
        ------
        FitError
            There are none, or the problem cannot be solved as asked.
        """
        if self.dataset is None or self._rows is None:
            raise FitError("nothing was added to this fit; expected at least one configuration")
        clock, species = Clock(), self.descriptor.species
        settings, note = self.settings.resolved(self.dataset, species, self.descriptor.cutoff)
        found = solved(self._ledger, settings)
        return FitResult(
            coefficients=found.coefficients,
            info=found.info,
            ledger=self._ledger,
            settings=found.settings,
            rows=self._rows,
            timing={**found.timing, **clock.lap("refit")},
            notes=tuple(text for text in (note, *found.notes) if text),
        )

    def _kept(self, maker: RowMaker) -> KeptRows:
        """Rows of all configurations, as many as the memory holds kept."""
        counts = row_counts(maker.dataset, maker.quantities).sum(axis=1)
        sizes = np.cumsum(8 * (len(self._ledger.columns) + EXTRA) * counts)
        n_kept = int(np.searchsorted(sizes, self.memory, side="right"))
        return (self._rows or KeptRows(maker)).grown(maker, n_kept)


def _check_settings(settings: FitSettings) -> None:
    """Refuse what depends on all configurations at once."""
    solver = settings.make_solver()
    if solver.n_folds or settings.n_folds:
        raise FitError(
            f"a growing fit has no folds, which the solver {type(solver).__name__} needs; expected "
            "one such as evidence, gcv or ridge"
        )
    if settings.exclude or settings.configuration_weights is not None:
        raise FitError("a growing fit takes whole configurations, all with the same weight")
