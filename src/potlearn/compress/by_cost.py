r"""Backward elimination by what is lost for what is saved.

Single functions, or all that share a radial function or high angular degrees, leave by

.. math:: \arg\min_g \frac{\Delta_g}{s_g}, \qquad
          s_g = \sum_{i \text{ needed by } g \text{ alone}} p_i + |g| \frac{t_0}{F},

with the rise of the misfit :math:`\Delta_g` (:mod:`~potlearn.compress.elimination`), prices ``p``
and the cost :math:`t_0` of all F functions (:mod:`~potlearn.compress.work`).  The second term
counts each function at the mean price: without it, sizes stay large where functions share nearly all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from potlearn.compress.elimination import Elimination
from potlearn.compress.path import Path
from potlearn.compress.problem import FeatureProblem
from potlearn.compress.work import Work
from potlearn.typing import Array

if TYPE_CHECKING:
    from potlearn.runtime import Report

SOME = (4, 16, 64)
"""Functions of a group that are looked at before all of them."""


def path_by_cost(problem: FeatureProblem, work: Work, report: Report | None = None) -> Path:
    """The order in which functions leave; groups leave together."""
    search, removed, n = _Search(problem, work), [], problem.n_features
    while search.fit.left.any():
        chosen = search.next()
        search.remove(chosen)
        removed.append([problem.features[f] for f in chosen.tolist()])
        if report is not None:
            report(n - int(search.fit.left.sum()), n)
    return Path.of_removals(removed)


class _Search:
    """The functions that are left, and how many of them need each item."""

    def __init__(self, problem: FeatureProblem, work: Work) -> None:
        self.fit, self.work = Elimination(problem), work
        self.groups = work.groups
        self.users = work.needs.sum(axis=0)
        self.users_in = self.groups.astype(np.float32) @ work.needs.astype(np.float32)
        self.each = work.cost(self.fit.left) / problem.n_features
        self.members = self.groups.sum(axis=1)

    def next(self) -> NDArray[np.intp]:
        """The functions that leave next."""
        losses = self.fit.losses()
        ratios = losses / self._saved_alone()
        best = int(np.argmin(ratios))
        least, chosen = float(ratios[best]), np.array([best])
        saved = self._saved_by_groups()
        bounds = self._least_losses(losses) / saved
        for g in np.argsort(bounds, kind="stable").tolist():
            if bounds[g] >= least:
                break
            members = np.flatnonzero(self.groups[g] & self.fit.left)
            ratio = self._loss_within(members[np.argsort(-losses[members])], least * saved[g])
            if ratio is not None:
                least, chosen = ratio / saved[g], members
        return chosen

    def _loss_within(self, members: NDArray[np.intp], most: float) -> float | None:
        """Loss of a group, its worst functions first; None where it is not below ``most``.

        Some of the functions together cost no more than all of them, and take less time.
        """
        loss = 0.0
        for n in (*(n for n in SOME if n < len(members)), len(members)):
            loss = self.fit.loss(members[:n])
            if loss >= most:
                return None
        return loss

    def remove(self, features: NDArray[np.intp]) -> None:
        """Take functions out."""
        self.fit.remove(features)
        needs = self.work.needs[features]
        self.users -= needs.sum(axis=0)
        inside = self.groups[:, features]
        self.users_in -= inside.astype(np.float32) @ needs.astype(np.float32)
        self.members -= inside.sum(axis=1)

    def _saved_alone(self) -> Array:
        """Saving of each function that is left, (F,)."""
        return np.asarray(self.work.needs @ (self.work.prices * (self.users == 1)) + self.each)

    def _saved_by_groups(self) -> Array:
        """Saving of each group, (G,)."""
        alone = (self.users_in == self.users) & (self.users > 0)
        return np.asarray(alone @ self.work.prices + self.members * self.each)

    def _least_losses(self, losses: Array) -> Array:
        """At least what the group's functions cost together, the worst of them alone, (G,).

        Groups of fewer than two, and one of all that is left, are not looked at.
        """
        left = np.where(self.fit.left, losses, 0.0)
        worst = np.where(self.groups, left, 0.0).max(axis=1, initial=0.0)
        usable = (self.members > 1) & (self.members < self.fit.left.sum())
        return np.where(usable, worst, np.inf)
