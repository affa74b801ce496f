"""The ledger of a dataset for those who keep no rows and no checkpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from potlearn.fit.ledger.layout import Layout
from potlearn.fit.ledger.ledger import Ledger
from potlearn.fit.ledger.reduction import reduce_dataset
from potlearn.fit.rows.kept import KeptRows
from potlearn.fit.rows.make import RowMaker
from potlearn.fit.settings import FitSettings
from potlearn.runtime import Executor, Report

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.descriptors import Descriptor
    from potlearn.potentials import Potential


def whole_ledger(
    dataset: Dataset,
    descriptor: Descriptor,
    settings: FitSettings,
    reference: Potential | None,
    executor: Executor,
    report: Report | None = None,
) -> Ledger:
    """Factors of the rows of all quantities that the settings weigh."""
    maker = RowMaker(dataset, descriptor, reference, settings.weights.used)
    layout = Layout.of(dataset, descriptor, settings)
    rows = KeptRows.of(maker, len(layout.columns), None)
    return reduce_dataset(rows, layout, executor, report=report)
