"""Atoms that leave the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from potlearn.structure.neighbors import neighbors
from potlearn.typing import Atoms, Positive
from potlearn.workflows.dynamics.watches.base import Steps, Verdict


@dataclass(frozen=True)
class Lost:
    """Stops where an atom has no other one within a distance.

    It is off in a run that has such atoms at the start, as a gas may.
    """

    distance: Positive = 10.0
    """Å."""
    every: Steps = 100
    """Steps from one look to the next."""

    def declined(self, start: Atoms) -> Verdict | None:
        """Say that an atom is far from all others at the start."""
        atom = self._alone(start)
        if atom is None:
            return None
        words = f"{self._words} at the start, as in a gas: the watch 'lost' is off in this run"
        return Verdict(words, False, atom)

    def look(self, step: int, atoms: Atoms) -> Verdict | None:
        """Look for atoms that are alone."""
        atom = self._alone(atoms)
        if atom is None:
            return None
        return Verdict(f"{self._words}; in a gas, switch the watch 'lost' off", True, atom)

    @property
    def _words(self) -> str:
        return f"no other atom is within {self.distance:g} Å"

    def _alone(self, atoms: Atoms) -> int | None:
        """Give the first atom that is alone; a single atom is not."""
        if len(atoms) == 1:
            return None
        list_ = neighbors(atoms, self.distance, closest=0.0)
        alone = np.diff(list_.first) == 0
        return int(alone.argmax()) if alone.any() else None
