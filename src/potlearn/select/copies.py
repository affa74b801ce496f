"""Copies among chosen rows: equal but for noise in the last digits of features."""

from __future__ import annotations

import numpy as np

from potlearn.errors import TooFewError
from potlearn.select.rows import Rows
from potlearn.typing import Indices

# Part of its length within which a row is known: features of a turned structure differ by less.
NOISE = 1e-11


def check_distinct(rows: Rows, chosen: Indices) -> None:
    r"""Refuse a choice of rows that are copies of each other.

    Copies are neighbours along any direction, so that two sorted neighbours are compared in place
    of all pairs: :math:`|x - y| \le \delta (|x| + |y|)`.

    Raises
    ------
    TooFewError
        Some are; ``available`` is the number of the others.
    """
    X = rows.take(chosen).read()
    largest = np.abs(X).max(initial=0.0)
    X = X / (largest or 1.0)
    direction = np.random.default_rng(0).normal(size=X.shape[1])
    X = X[np.argsort(X @ direction, kind="stable")]
    lengths = np.linalg.norm(X, axis=1)
    steps = np.linalg.norm(np.diff(X, axis=0), axis=1)
    distinct = len(X) - int((steps <= NOISE * (lengths[1:] + lengths[:-1])).sum())
    if distinct < len(X):
        raise TooFewError(
            f"{len(X)} rows were chosen, but only {distinct} of them are distinct to {NOISE:g} of "
            f"their size: choose {distinct} or fewer, or leave out copies",
            distinct,
        )
