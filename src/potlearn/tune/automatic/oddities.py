"""What is odd about the data of a search, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from potlearn.tune.automatic.errors import HeldOut

if TYPE_CHECKING:
    from potlearn.data import Dataset

ROWS_PER_COLUMN = 3.0
"""Labels for each coefficient below which a larger basis needs more data."""
UNEVEN = 5.0
"""Ratio of the largest to the smallest error of the folds that is spoken of."""


def oddities(
    dataset: Dataset, errors: HeldOut, rows: Mapping[str, int], columns: int
) -> Iterator[str]:
    """Sentences on too few or uneven data.

    Parameters
    ----------
    dataset : Dataset
        What was searched on.
    errors : HeldOut
        Of the chosen basis.
    rows : mapping of quantity to int
        Number of labels.
    columns : int
        Coefficients of the chosen basis.
    """
    from potlearn.data.copies import copies

    missing = [name for name in ("energy", "forces") if not rows.get(name)]
    if missing:
        yield f"no labels of {' and '.join(missing)}: nothing was compared by them"
    total = sum(rows.values())
    if total < ROWS_PER_COLUMN * columns:
        yield (
            f"few data: {total} labels for {columns} coefficients; more configurations would "
            "allow a larger basis"
        )
    n = len(dataset) - len(np.unique(copies(dataset)))
    if n > len(dataset) / 10:
        yield f"{n} of {len(dataset)} configurations repeat another geometry; copies share a fold"
    for quantity, values in errors.folds.items():
        if quantity != "stress" and values.max() > UNEVEN * values.min():
            yield (
                f"uneven data: held-out errors ({quantity}) of the folds differ by a factor of "
                f"{values.max() / values.min():.0f}; a few unusual configurations decide them"
            )
