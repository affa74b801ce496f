"""A calculator with forces that drive away from past samples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from ase.calculators.calculator import Calculator, all_changes
from ase.units import kB

from potlearn.typing import Array, Atoms


class Repelled(Calculator):
    """Forces of a calculator and those of past samples; the equation is in the room's module.

    The additional force has no energy: what a run conserves is not its total energy.

    Parameters
    ----------
    calculator : ase.calculators.calculator.Calculator
    temperature : float
        K.
    strength : float
        Factor of the terms of past samples.
    length : float
        Length of the kernel, Å per atom.
    """

    implemented_properties = ["energy", "forces"]  # noqa: RUF012 - as ASE declares it

    def __init__(self, calculator: Any, temperature: float, strength: float, length: float) -> None:
        Calculator.__init__(self)
        self.below = calculator
        self.thermal, self.strength, self.length = kB * temperature, strength, length
        self._past: list[tuple[Array, Array]] = []

    def remember(self, atoms: Atoms) -> None:
        """Take a sample into the past."""
        self._past.append((atoms.positions.copy(), self.below.get_forces(atoms)))
        self.results = {}

    def calculate(
        self,
        atoms: Any = None,
        properties: Sequence[str] = ("energy",),
        system_changes: Sequence[str] = tuple(all_changes),
    ) -> None:
        """Energy of the calculator, and forces with those of the past samples."""
        Calculator.calculate(self, atoms, properties, system_changes)
        current: Any = self.atoms
        own = self.below.get_forces(current)
        energy = self.below.get_potential_energy(current)
        self.results = {"energy": energy, "free_energy": energy, "forces": own + self._drive()}

    def _drive(self) -> Array:
        """Force of the past samples, (N, 3)."""
        from ase.geometry import find_mic

        current: Any = self.atoms
        total: Array = np.zeros_like(current.positions)
        for positions, forces in self._past:
            away, _ = find_mic(current.positions - positions, current.cell, current.pbc)
            width = len(current) * self.length**2
            kernel = np.exp(-float((away**2).sum()) / (2 * width))
            total += kernel * (forces + self.thermal * away / width)
        return np.asarray(self.strength / max(len(self._past), 1) * total)
