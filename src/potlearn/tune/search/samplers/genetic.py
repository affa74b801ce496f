"""Genetic algorithms with non-dominated sorting."""

from __future__ import annotations

from typing import Any

import numpy as np
import optuna
from optuna.samplers import BaseSampler, NSGAIIISampler, NSGAIISampler
from optuna.trial import FrozenTrial

from potlearn.tune.search.samplers.mirrored import Mirrored
from potlearn.tune.search.samplers.versions import with_constraints

POPULATION = 50


class NSGA2(Mirrored):
    """Children of the trials of the front, those in sparse parts first.

    A child inherits all keys, also those that do not apply to it: they apply to its children.

    References
    ----------
    K. Deb et al., IEEE Trans. Evol. Comput. 6, 182 (2002).
    """

    genes = True

    def make(self, seed: int) -> BaseSampler:
        """As :meth:`Mirrored.make`."""
        return OrderedNSGA2(
            population_size=POPULATION, seed=seed, **with_constraints(self.constrained)
        )


class NSGA3(Mirrored):
    """As :class:`NSGA2`, spread by directions of the objectives: for three of them and more.

    References
    ----------
    K. Deb and H. Jain, IEEE Trans. Evol. Comput. 18, 577 (2014).
    """

    genes = True

    def make(self, seed: int) -> BaseSampler:
        """As :meth:`Mirrored.make`."""
        return SeededNSGA3(self.seed, seed, with_constraints(self.constrained))


class OrderedNSGA2(NSGAIISampler):
    """Gives the parents of a generation by number.

    Optuna gives them so from its memory, but in another order when it has chosen them just now, as
    after an interruption.
    """

    def select_parent(self, study: optuna.Study, generation: int) -> list[FrozenTrial]:
        """Parents of a generation."""
        return _by_number(super().select_parent(study, generation))


class SeededNSGA3(NSGAIIISampler):
    """As :class:`OrderedNSGA2`; parents are drawn, with a seed that belongs to the generation."""

    def __init__(self, own: int, seed: int, arguments: dict[str, Any]) -> None:
        super().__init__(population_size=POPULATION, seed=seed, **arguments)
        self._own, self._arguments = own, arguments

    def select_parent(self, study: optuna.Study, generation: int) -> list[FrozenTrial]:
        """Parents of a generation."""
        self.get_parent_population(study, generation - 1)  # kept: not drawn with the seed below
        words = np.random.SeedSequence([self._own, generation])
        other = SeededNSGA3(self._own, int(words.generate_state(1)[0]), self._arguments)
        return _by_number(super(SeededNSGA3, other).select_parent(study, generation))


def _by_number(trials: list[FrozenTrial]) -> list[FrozenTrial]:
    return sorted(trials, key=lambda trial: trial.number)
