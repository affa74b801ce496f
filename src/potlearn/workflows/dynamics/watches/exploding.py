"""Simulations that explode: too hot, or numbers that are not finite."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from potlearn.typing import Atoms, Positive
from potlearn.workflows.dynamics.watches.base import Steps, Verdict


@dataclass(frozen=True)
class Exploding:
    """Stops if the temperature or a force is too high, or a number is not finite."""

    temperature: Positive = 20_000.0
    """Highest temperature of all atoms together, K."""
    force: Positive = 1000.0
    """Largest force on an atom, eV/Å."""
    every: Steps = 10
    """Steps from one look to the next."""

    def look(self, step: int, atoms: Atoms) -> Verdict | None:
        """Look at energy, forces, momenta and positions."""
        forces = atoms.get_forces()
        finite = np.isfinite(np.hstack([atoms.positions, atoms.get_momenta(), forces])).all(axis=1)
        if not finite.all():
            atom = int(np.argmin(finite))
            return Verdict("position, momentum or force is not a finite number", True, atom)
        size = np.linalg.norm(forces, axis=1)
        if size.max() > self.force:
            atom = int(size.argmax())
            words = f"the force is {size[atom]:.3g} eV/Å; expected at most {self.force:g}"
            return Verdict(words, True, atom)
        return self._hot(atoms)

    def _hot(self, atoms: Atoms) -> Verdict | None:
        now = float(atoms.info["temperature"])
        if now <= self.temperature:
            return None
        energies = (atoms.get_momenta() ** 2).sum(axis=1) / atoms.get_masses()
        words = f"the temperature rose to {now:.3g} K; expected at most {self.temperature:g}"
        return Verdict(words, True, int(energies.argmax()))
