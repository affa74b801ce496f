"""Expected errors of forces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from potlearn.typing import Atoms, Positive
from potlearn.workflows.dynamics.watches.base import Steps, Verdict


@dataclass(frozen=True)
class ForceStd:
    """Stops where the expected error of the force on an atom is above a limit."""

    limit: Positive
    """eV/Å."""
    every: Steps = 10
    """Steps from one look to the next."""

    def look(self, step: int, atoms: Atoms) -> Verdict | None:
        """Look at the largest expected error.

        Raises
        ------
        UncertaintyError
            The potential has no uncertainty.
        """
        std = np.asarray(atoms.calc.get_property("forces_std_atom", atoms))
        atom = int(std.argmax())
        if std[atom] <= self.limit:
            return None
        words = f"the force is uncertain by {std[atom]:.3g} eV/Å; expected at most {self.limit:g}"
        return Verdict(words, True, atom)
