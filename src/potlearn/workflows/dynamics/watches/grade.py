"""Extrapolation grades of atoms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from potlearn.typing import Atoms, Positive
from potlearn.workflows.dynamics.watches.base import Steps, Verdict


@dataclass(frozen=True)
class Grade:
    """Stops where an atom's extrapolation grade is above a limit."""

    limit: Positive
    """Of the potential's own grade ``gamma``; training environments have at most about 1."""
    every: Steps = 10
    """Steps from one look to the next."""

    def look(self, step: int, atoms: Atoms) -> Verdict | None:
        """Look at the largest grade.

        Raises
        ------
        UncertaintyError
            The potential was fitted without a grade.
        """
        gamma = np.asarray(atoms.calc.get_property("gamma", atoms))
        atom = int(gamma.argmax())
        if gamma[atom] <= self.limit:
            return None
        words = f"the extrapolation grade is {gamma[atom]:.3g}; expected at most {self.limit:g}"
        return Verdict(words, True, atom)
