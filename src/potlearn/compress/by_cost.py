r"""Functions for the least force time: first what costs leaves, then what is superfluous.

Single functions, or all that share a radial function or high angular degrees, leave by

.. math:: \arg\min_g \frac{\Delta_g}{s_g}, \qquad
          s_g = \sum_{i \text{ needed by } g \text{ alone}} p_i

with the rise of the misfit :math:`\Delta_g` (:mod:`~potlearn.compress.elimination`) and prices
``p`` (:mod:`~potlearn.compress.work`), until a share of the cost is left.  From there functions
leave by :math:`\Delta` alone.  Every share gives a path; which one is best for a size, held-out
errors say.

Weighing every function by cost and number together gave slower potentials (silicon, 250 of 796
functions: 0.40 of the cost at 6 % more error, against 0.30 at 8 %).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from potlearn.compress.base import FunctionChoice
from potlearn.compress.elimination import Elimination, eliminated
from potlearn.compress.path import Path
from potlearn.compress.problem import FeatureProblem
from potlearn.compress.work import Work
from potlearn.typing import Array, Mask

if TYPE_CHECKING:
    from potlearn.runtime import Report

SHARES = (1.0, 0.7, 0.6, 0.5, 0.45, 0.4, 0.35, 0.3, 0.25, 0.2, 0.15)
"""Parts of the cost at which choosing by cost ends; one path for each."""
SOME = (4, 16, 64)
"""Functions of a group that are looked at before all of them."""


@dataclass(frozen=True)
class ByCost(FunctionChoice):
    """Elimination by what is lost for what is saved.

    Parameters
    ----------
    work : Work
        What functions cost, and share.
    shares : tuple of float
        Descending.
    """

    work: Work
    shares: tuple[float, ...] = SHARES

    @override
    def path(self, problem: FeatureProblem, report: Report | None = None) -> Path:
        """That of the first share."""
        return self.paths(problem, report)[0]

    @override
    def paths(self, problem: FeatureProblem, report: Report | None = None) -> tuple[Path, ...]:
        found = []
        for removed, left in self._stages(problem, report):
            last = eliminated(Elimination(problem, left))
            found.append(Path.of_removals([*removed, *last]))
        return tuple(found)

    def _stages(
        self, problem: FeatureProblem, report: Report | None
    ) -> list[tuple[list[list[str]], Mask]]:
        """What has left, and what is left, at each share of the cost."""
        search, removed, n = _Search(problem, self.work), list[list[str]](), problem.n_features
        whole = self.work.cost(search.fit.left)
        stages: list[tuple[list[list[str]], Mask]] = []
        for share in self.shares:
            while self.work.cost(search.fit.left) > share * whole:
                chosen = search.next()
                if not len(chosen):
                    break
                search.remove(chosen)
                removed.append([problem.features[f] for f in chosen.tolist()])
                if report is not None:
                    report(n - int(search.fit.left.sum()), n)
            stages.append(([*removed], search.fit.left.copy()))
        return stages


class _Search:
    """The functions that are left, and how many of them need each item."""

    def __init__(self, problem: FeatureProblem, work: Work) -> None:
        self.fit, self.work = Elimination(problem), work
        self.groups = work.groups
        self.users = work.needs.sum(axis=0)
        self.users_in = self.groups.astype(np.float32) @ work.needs.astype(np.float32)

    def next(self) -> NDArray[np.intp]:
        """The functions that leave next; none where nothing can be saved."""
        losses = self.fit.losses()
        ratios = _ratios(losses, self.work.needs @ (self.work.prices * (self.users == 1)))
        best = int(np.argmin(ratios))
        least, chosen = float(ratios[best]), np.flatnonzero(np.isfinite(ratios[[best]])) + best
        saved = self._saved_by_groups()
        bounds = _ratios(self._least_losses(losses), saved)
        for g in np.argsort(bounds, kind="stable").tolist():
            if bounds[g] >= least:
                break
            members = np.flatnonzero(self.groups[g] & self.fit.left)
            loss = self._loss_within(members[np.argsort(-losses[members])], least * saved[g])
            if loss is not None:
                least, chosen = loss / saved[g], members
        return chosen

    def remove(self, features: NDArray[np.intp]) -> None:
        """Take functions out."""
        self.fit.remove(features)
        needs = self.work.needs[features]
        self.users -= needs.sum(axis=0)
        self.users_in -= self.groups[:, features].astype(np.float32) @ needs.astype(np.float32)

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

    def _saved_by_groups(self) -> Array:
        """Saving of each group, (G,)."""
        alone = (self.users_in == self.users) & (self.users > 0)
        found: Array = alone @ self.work.prices
        return found

    def _least_losses(self, losses: Array) -> Array:
        """At least what the group's functions cost together, the worst of them alone, (G,).

        Groups of fewer than two, and one of all that is left, are not looked at.
        """
        left = self.fit.left
        worst = np.where(self.groups, np.where(left, losses, 0.0), 0.0).max(axis=1, initial=0.0)
        members = (self.groups & left).sum(axis=1)
        return np.where((members > 1) & (members < left.sum()), worst, np.inf)


def _ratios(losses: Array, saved: Array) -> Array:
    """What is lost for what is saved; infinite where nothing is saved."""
    found: Array = np.divide(losses, saved, out=np.full(len(losses), np.inf), where=saved > 0)
    return found
