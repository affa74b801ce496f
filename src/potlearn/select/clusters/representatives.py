"""One row for each cluster, and how much it stands for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from potlearn.errors import TooFewError
from potlearn.select.selection import Selection
from potlearn.select.vectors import squared_norms
from potlearn.typing import Array


def nearest_to_centres(
    X: Array, labels: NDArray[np.integer], centres: Array, weights: Array
) -> Selection:
    """The row of each cluster that is nearest to its centre, scored by the cluster's share.

    Raises
    ------
    TooFewError
        A cluster is empty: there are fewer distinct rows than clusters.
    """
    k = len(centres)
    distances = squared_norms(X - centres[labels])
    order = np.lexsort((distances, labels))
    found, first = np.unique(labels[order], return_index=True)
    if len(found) < k:
        raise TooFewError(
            f"n_to_select is {k}, but rows fall into {len(found)} clusters only: most are equal",
            len(found),
        )
    mass = np.bincount(labels, weights=weights, minlength=k)
    return Selection.of(order[first], mass / mass.sum())
