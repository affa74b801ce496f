"""Rows and the centres that they belong to: one row for each, and the weight that it represents."""

from __future__ import annotations

import numpy as np

from potlearn.errors import TooFewError
from potlearn.select.selection import Selection
from potlearn.select.ties import first_of_groups, first_smallest_in_rows
from potlearn.select.vectors import squared_distances, squared_norms
from potlearn.typing import Array, Indices

# Rows whose distances from the centres are looked at at once.
BLOCK = 4096


def assigned(X: Array, centres: Array) -> Indices:
    """Nearest centre of each row, the first of those that are equally near to rounding."""
    origin = centres.mean(axis=0)
    labels = []
    for start in range(0, len(X), BLOCK):
        rows = X[start : start + BLOCK]
        sizes = squared_norms(rows - origin)
        labels.append(first_smallest_in_rows(squared_distances(rows, centres), sizes))
    return np.concatenate(labels)


def nearest_to_centres(X: Array, centres: Array, weights: Array) -> Selection:
    """The row of each cluster that is nearest to its centre, scored by the cluster's share.

    Raises
    ------
    TooFewError
        A cluster is empty: there are fewer distinct rows than clusters.
    """
    labels = assigned(X, centres)
    distances = np.sqrt(squared_norms(X - centres[labels]))
    found, nearest = first_of_groups(distances, labels, np.sqrt(squared_norms(X)))
    check_filled(len(found), len(centres))
    return Selection.of(nearest, shares(labels, weights, len(centres)))


def shares(labels: Indices, weights: Array, k: int) -> Array:
    """Part of all weight that the rows of each of k clusters have."""
    mass = np.bincount(labels, weights=weights, minlength=k)
    return np.asarray(mass / mass.sum())


def check_filled(found: int, k: int) -> None:
    """TooFewError where fewer than k clusters have rows."""
    if found < k:
        raise TooFewError(
            f"n_to_select is {k}, but rows fall into {found} clusters only: most are equal", found
        )
