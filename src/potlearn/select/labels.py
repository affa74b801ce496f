"""Labels of rows: the groups that a stratified choice draws from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from potlearn.errors import SelectionError
from potlearn.select.parameters import shown
from potlearn.typing import Indices

Labels = Sequence[Any] | NDArray[Any]


def check_labels(n: int, labels: Labels | None) -> None:
    """SelectionError unless there is one label for each of ``n`` rows, or none at all."""
    if labels is None:
        return
    try:
        found = len(labels)
    except TypeError as error:
        raise SelectionError(
            f"labels are {shown(labels)}; expected a label for each of {n} rows"
        ) from error
    if found != n:
        raise SelectionError(f"{found} labels for {n} rows; expected one for each row")


def groups_of(labels: Labels) -> Indices:
    """Group of each row, numbered in the order of the labels.

    Raises
    ------
    SelectionError
        Labels have two dimensions, are missing for a row, or are of kinds without an order.
    """
    try:
        array = np.asarray(labels)
    except ValueError as error:
        raise SelectionError("labels are nested; expected one label for each row") from error
    if array.ndim != 1:
        raise SelectionError(
            f"labels have shape {array.shape}; expected one label for each row, ({len(array)},)"
        )
    _check_present(array)
    try:
        return np.asarray(np.unique(array, return_inverse=True)[1], np.int64)
    except TypeError as error:
        kinds = ", ".join(sorted({type(label).__name__ for label in array}))
        raise SelectionError(
            f"labels are of kinds that have no common order ({kinds}); expected all numbers or "
            "all strings"
        ) from error


def _check_present(array: NDArray[Any]) -> None:
    """SelectionError where a label is None or NaN."""
    missing = np.array([label is None or bool(label != label) for label in array.tolist()])
    if missing.any():
        i = int(missing.argmax())
        raise SelectionError(
            f"the label of row {i} is {array[i]}; expected a label for each row: give a name, such "
            "as 'none', to rows without a group"
        )
