"""A selector and a kind of features, each a class and one row of a table."""

from dataclasses import dataclass

import numpy as np

from potlearn.select import Selection
from potlearn.select.selector import Sized


@dataclass(frozen=True)
class Last(Sized):
    """The last rows."""

    def choose(self, rows, labels, run):
        n, k = rows.shape[0], self.n_to_select
        return Selection.of(np.arange(n - k, n), np.ones(k))


@dataclass(frozen=True)
class Size:
    """The number of atoms."""

    needs_forces: bool = False

    def names(self, descriptor):
        return ["number of atoms"]

    def __call__(self, parts):
        return np.array([float(len(parts.species))])
