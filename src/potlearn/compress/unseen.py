"""Rows of data that a fit has not seen, reduced: errors of any coefficients on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from potlearn.fit.ledger.ledger import Ledger
from potlearn.fit.ledger.whole import whole_ledger
from potlearn.fit.settings import FitSettings
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
    settings = FitSettings(contradictions="keep", n_folds=0)  # its weights use all quantities
    with runtime.reporting("design rows") as report:
        parts = dataset, descriptor, settings, reference
        return whole_ledger(*parts, runtime.executor, report)
