"""Atoms that leave the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from potlearn.structure.neighbors import neighbors
from potlearn.typing import Atoms, Positive
from potlearn.workflows.dynamics.watches.base import Steps, Verdict


@dataclass(frozen=True)
class Lost:
    """Stops where an atom has no other one within a distance."""

    distance: Positive = 10.0
    """Å."""
    every: Steps = 100
    """Steps from one look to the next."""

    def look(self, step: int, atoms: Atoms) -> Verdict | None:
        """Look for atoms that are alone; a single atom is not."""
        if len(atoms) == 1:
            return None
        list_ = neighbors(atoms, self.distance, closest=0.0)
        alone = np.diff(list_.first) == 0
        if not alone.any():
            return None
        return Verdict(f"no other atom is within {self.distance:g} Å", True, int(alone.argmax()))
