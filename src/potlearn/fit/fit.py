"""Linear fits: from labelled configurations and a descriptor to coefficients."""

from __future__ import annotations

from typing import TYPE_CHECKING

from potlearn.errors import FitError
from potlearn.fit.estimate import announce, estimate_cost
from potlearn.fit.ledger.file import LedgerCheckpoint
from potlearn.fit.ledger.layout import Layout
from potlearn.fit.ledger.ledger import Ledger
from potlearn.fit.ledger.reduction import reduce_dataset
from potlearn.fit.result import FitResult
from potlearn.fit.rows.kept import KeptRows, RowBudget
from potlearn.fit.rows.make import RowMaker
from potlearn.fit.rows.names import COLLAPSED, column_penalties
from potlearn.fit.rows.store import RowStore
from potlearn.fit.settings import FitSettings
from potlearn.fit.solved import Clock, solved
from potlearn.fit.weights import Weights
from potlearn.runtime import SERIAL, Runtime

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.descriptors import Descriptor
    from potlearn.potentials import Potential


def fit_linear(
    dataset: Dataset,
    descriptor: Descriptor,
    settings: FitSettings | None = None,
    *,
    reference: Potential | None = None,
    rows: RowBudget | RowStore | None = None,
    runtime: Runtime = SERIAL,
) -> FitResult:
    r"""Fit :math:`\min_c \sum w\,(x c - y + y_{\rm ref})^2` over energies, forces and stresses.

    Rows are made chunk by chunk and reduced to triangular factors: memory does not depend on the
    number of configurations.  The same data give the same bits with any number of workers.
    A fit that will need more than 1 GB or 5 min says so first (:func:`~potlearn.fit.estimate_cost`)
    by a warning of the logger ``potlearn``, which is on stderr unless logging is set up otherwise.

    Parameters
    ----------
    dataset, descriptor :
        Labelled configurations; what makes their design rows.
    settings : FitSettings, optional
        Weights, solver, one-body energies, labels to leave out.
    reference : Potential, optional
        Potential whose energies, forces and virials are taken off the labels.
    rows : RowBudget or RowStore, optional
        How many rows the result keeps for what factors cannot give, such as
        :func:`~potlearn.fit.find_suspicious`; by default none.  A store: rows made before.
    runtime : Runtime
        Workers, progress, and the checkpoint from which an interrupted fit of the same rows
        continues.

    Raises
    ------
    FitError
        No rows, dependent columns without regularisation, NaN, or a checkpoint of another fit.
    SpeciesError
        The dataset holds an element that the descriptor does not know.
    ExecutionError
        Workers that died.
    """
    settings = settings or FitSettings()
    check_input(dataset, descriptor, settings.weights)
    settings, note = settings.resolved(dataset, descriptor.species, descriptor.cutoff)
    if not isinstance(rows, RowStore):
        announce(estimate_cost(dataset, descriptor, settings, reference=reference, runtime=runtime))
    clock = Clock()
    maker = RowMaker(dataset, descriptor, reference, settings.weights.used)
    ledger, kept = _reduced(maker, settings, rows, runtime)
    timing = clock.lap("rows")
    found = solved(ledger, settings)
    return FitResult(
        coefficients=found.coefficients,
        info=found.info,
        ledger=ledger,
        settings=found.settings,
        rows=kept,
        timing={**timing, **found.timing},
        notes=tuple(text for text in (note, *found.notes) if text),
        contradictions=found.contradictions,
    )


def _reduced(
    maker: RowMaker, settings: FitSettings, rows: RowBudget | RowStore | None, runtime: Runtime
) -> tuple[Ledger, KeptRows]:
    """Ledger of all rows, and those that are kept."""
    layout = Layout.of(maker.dataset, maker.descriptor, settings)
    kept = KeptRows.of(maker, len(layout.columns), rows)
    checkpoint = None
    if runtime.checkpoint is not None:
        content = {**maker.content(), "layout": layout.content()}
        checkpoint = LedgerCheckpoint.of(runtime.checkpoint, content)
    with runtime.reporting("design rows") as report:
        ledger = reduce_dataset(
            kept, layout, runtime.executor, checkpoint=checkpoint, report=report
        )
    ledger.penalties = column_penalties(maker.descriptor) if settings.smoothness else None
    return ledger, kept


def check_input(dataset: Dataset, descriptor: Descriptor, weights: Weights) -> None:
    """Refuse an empty dataset, elements that the descriptor does not know, and unknown groups.

    Raises
    ------
    FitError, SpeciesError
    """
    if len(dataset) == 0:
        raise FitError("the dataset is empty")
    dataset.check_species(descriptor.species)
    unknown = [g for g in weights.groups if g not in dataset.groups and g != COLLAPSED]
    if unknown:
        known = ", ".join(sorted(set(dataset.groups)))
        raise FitError(f"weights name the group {unknown[0]!r}; the dataset has {known}")
