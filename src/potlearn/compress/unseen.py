"""Rows of data that a fit has not seen, reduced: errors of any coefficients on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from potlearn.fit.ledger.layout import Layout
from potlearn.fit.ledger.ledger import Ledger
from potlearn.fit.ledger.reduction import reduce_dataset
from potlearn.fit.rows.kept import KeptRows
from potlearn.fit.rows.make import RowMaker
from potlearn.fit.settings import FitSettings
from potlearn.fit.weights import QUANTITIES
from potlearn.runtime import SERIAL, Runtime

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.descriptors import Descriptor
    from potlearn.potentials import Potential


def ledger_of(
    dataset: Dataset,
    descriptor: Descriptor,
    reference: Potential | None = None,
    runtime: Runtime = SERIAL,
) -> Ledger:
    """Factors of all rows of a dataset: ``ledger.rmse(coefficients)`` needs no more data.

    Raises
    ------
    SpeciesError
        The dataset holds an element that the descriptor does not know.
    """
    dataset.check_species(descriptor.species)
    maker = RowMaker(dataset, descriptor, reference, QUANTITIES)
    layout = Layout.of(dataset, descriptor, FitSettings(contradictions="keep", n_folds=0))
    rows = KeptRows.of(maker, len(layout.columns), None)
    with runtime.reporting("design rows") as report:
        return reduce_dataset(rows, layout, runtime.executor, report=report)
