r"""D-optimality: how far an atom is from an active set of training environments.

The active set of a species is M + 1 environments whose matrix A of rows (1, b) has a large
determinant.  It is found in passes over the training.  A worker exchanges rows of the set of the
pass before for rows of its chunk that extrapolate from it, and gives back those that came in; the
next set is what the same exchanges make of all of these.  Every exchange multiplies the volume by
more than ``1 + TOLERANCE``.  Passes end when no row extrapolates further than this.  The last pass
decides the scale, so that no grade of the training is above 1, even where the number of passes ran
out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from potlearn.select.matrix.maxvol import exchange
from potlearn.typing import Array, Indices
from potlearn.uncertainty.grades.moments import Moments

# Part of the volume that an exchange must gain.
TOLERANCE = 0.01
# Rows of a species that wait to be joined with its set, at most, but for those of the last chunk
# (M + 1 or fewer): this, and not the number of atoms, bounds the memory of a search.
WAITING = 10_000
# Times that coefficients are computed anew, so that rounding of many exchanges does not stay.
ROUNDS = 4


@dataclass(frozen=True)
class ActiveSets:
    r"""Active sets of S species, in the coordinates :math:`t = (b - \mu) / \sigma`.

    Attributes
    ----------
    mean, scale : (S, M)
    rows : (S, M + 1, M + 1)
        Rows (1, t) of every set.
    """

    mean: Array
    scale: Array
    rows: Array

    @classmethod
    def start(cls, found: Moments) -> Self:
        """The mean environment, and M copies of it, each with one feature displaced a little."""
        n_species, width = found.mean.shape
        rows = np.zeros((n_species, width + 1, width + 1))
        rows[:, :, 0] = 1.0
        k = np.arange(width)
        rows[:, k + 1, k + 1] = found.resolved / found.scale
        return cls(found.mean, found.scale, rows)

    @cached_property
    def inverses(self) -> Array:
        """Inverses of the sets, (S, M + 1, M + 1)."""
        return np.asarray(np.linalg.inv(self.rows), np.float64)

    @property
    def maps(self) -> Array:
        """Maps of (1, b) to its coefficients in the sets, (S, M + 1, M + 1)."""
        slopes = self.inverses[:, 1:] / self.scale[:, :, None]
        constants = self.inverses[:, :1] - self.mean[:, None] @ slopes
        return np.concatenate([constants, slopes], axis=1)

    def of(self, features: Array, s: int) -> Array:
        """Rows (1, t) of environments of species s."""
        t = (features - self.mean[s]) / self.scale[s]
        return np.hstack([np.ones((len(t), 1)), t])

    def joined(self, rows: list[Array]) -> Self:
        """The sets after exchanges with rows of each species."""
        return replace(
            self, rows=np.stack([_exchanged(*x)[0] for x in zip(self.rows, rows, strict=True)])
        )


@dataclass(frozen=True)
class Entering:
    """What of a chunk's environments extrapolates from the sets; it travels to every worker."""

    sets: ActiveSets

    def __call__(self, features: Array, species: NDArray[np.integer]) -> tuple[Array, list[Array]]:
        """Largest grade of each species, (S,), and the rows that exchanges bring into its set."""
        n_species, width, _ = self.sets.rows.shape
        tops, rows = np.zeros(n_species), [np.zeros((0, width))] * n_species
        for s in np.unique(species):
            own = self.sets.of(features[species == s], s)
            sizes = np.abs(own @ self.sets.inverses[s]).max(axis=1)
            tops[s] = sizes.max()
            outside = own[sizes > 1 + TOLERANCE]
            if len(outside):
                active, entered = _exchanged(self.sets.rows[s], outside)
                rows[s] = active[entered]
        return tops, rows


class Search:
    """One pass: the rows that enter, and what the sets become by them."""

    def __init__(self, sets: ActiveSets) -> None:
        self.work: Callable[[Array, NDArray[np.integer]], tuple[Array, list[Array]]] = Entering(
            sets
        )
        self.sets, self.changed = sets, False
        n_species, width, _ = sets.rows.shape
        self.tops = np.zeros(n_species)
        self.waiting = [np.zeros((0, width))] * n_species

    def take(self, found: tuple[Array, list[Array]]) -> None:
        """Take in the result of a chunk."""
        tops, rows = found
        self.tops = np.maximum(self.tops, tops)
        self.changed |= any(map(len, rows))
        self.waiting = [np.vstack(x) for x in zip(self.waiting, rows, strict=True)]
        if max(map(len, self.waiting)) > WAITING:
            self._join()

    def result(self) -> ActiveSets:
        """The sets after the pass."""
        self._join()
        return self.sets

    def _join(self) -> None:
        self.sets = self.sets.joined(self.waiting)
        self.waiting = [rows[:0] for rows in self.waiting]


def _exchanged(active: Array, rows: Array) -> tuple[Array, Indices]:
    """The set after exchanges with other rows, and where in it these are."""
    pool, k = np.vstack([active, rows]), len(active)
    chosen = np.arange(k)
    for _ in range(ROUNDS if len(rows) else 0):
        before = chosen.copy()
        coefficients = np.linalg.solve(pool[chosen].T, pool.T).T
        exchange(np.array(coefficients, np.float64, order="C"), chosen, 1 + TOLERANCE)
        if np.array_equal(before, chosen):
            break
    return pool[chosen], np.flatnonzero(chosen >= k)
