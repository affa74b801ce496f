"""What a search found, and the numbers behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from potlearn.fit.contradictions.contradiction import Contradiction
from potlearn.fit.weights import Weights
from potlearn.tune.automatic.errors import HeldOut
from potlearn.tune.automatic.ladder import Rung

if TYPE_CHECKING:
    from potlearn.descriptors.ace import ACE


@dataclass(frozen=True)
class CutoffTrial:
    """A cutoff, Å, its mean number of neighbours, functions and cost of its basis, and errors."""

    cutoff: float
    neighbors: float
    functions: int
    cost: float
    errors: HeldOut


@dataclass(frozen=True)
class Found:
    """What was found, and the numbers behind it.

    Attributes
    ----------
    descriptor : ACE
        Chosen.
    weights : Weights
        Chosen.
    rungs, errors : tuple
        The ladder at the chosen cutoff, and its held-out errors.
    chosen, default, fast, accurate : int or None
        Rungs: the choice; the default; at half the force time; the most accurate one.
    cutoffs : tuple of CutoffTrial
    cutoff : int
        Which of the cutoffs was chosen.
    trials : tuple of (Weights, HeldOut)
        Weights that were tried.
    weighed : int
        Number of functions on which weights were compared.
    contradictions : tuple of Contradiction
        Stress that contradicts energies and forces.
    sampled, configurations : int
        Configurations of the search, and of the training set.
    notes : tuple of str
        What is odd about the data.
    """

    descriptor: ACE
    weights: Weights
    rungs: tuple[Rung, ...]
    errors: tuple[HeldOut, ...]
    chosen: int
    default: int
    fast: int | None
    accurate: int | None
    cutoffs: tuple[CutoffTrial, ...]
    cutoff: int
    trials: tuple[tuple[Weights, HeldOut], ...]
    weighed: int
    contradictions: tuple[Contradiction, ...]
    sampled: int
    configurations: int
    notes: tuple[str, ...] = ()

    @property
    def shown(self) -> list[int]:
        """Rungs worth a line: those that no cheaper one is as good as, and the named ones."""
        named = {self.chosen, self.default, self.fast, self.accurate}
        best, front = float("inf"), []
        for i, errors in enumerate(self.errors):
            if errors.score < best or i in named:
                front.append(i)
            best = min(best, errors.score)
        return front

    @property
    def change(self) -> str | None:
        """Energies and forces in those of the default basis at this cutoff; None for itself."""
        if self.chosen == self.default:
            return None
        own, default = self.errors[self.chosen], self.errors[self.default]
        ratios = (
            f"{own.ratio(default, q):.2f} ({q})" for q in ("energy", "forces") if q in own.folds
        )
        return " and ".join(ratios)
