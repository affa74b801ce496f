"""The reference kernel: a fixed potential on a fixed crystal, the same in every study.

Times in units of its time compare between machines, and between an idle and a busy one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from potlearn.descriptors import ACE
from potlearn.descriptors.base import Energies
from potlearn.descriptors.compiled import FoldedModel
from potlearn.engine.engine import usual_set
from potlearn.structure.system import System
from potlearn.typing import Array

NAME = "ace-silicon-1"
"""Changes with the kernel: times in units of another one do not compare."""
CELLS, LATTICE, CUTOFF = 5, 5.43, 5.0
"""Cubic cells of silicon along each axis (1000 atoms), lattice constant and cutoff in Å."""
SHAKE = 0.12
"""Largest displacement along an axis, in Å."""


@dataclass(frozen=True)
class ReferenceKernel:
    """A fixed ACE of silicon, and 1000 atoms at fixed places near those of the diamond crystal."""

    model: FoldedModel
    system: System

    def __call__(self) -> Energies:
        """Energies and forces, on one thread."""
        return Energies(*self.model.engine.energy_forces(self.system, self.model.coefficients, 1))


def reference_kernel() -> ReferenceKernel:
    """The kernel, compiled for the instruction set that engines use."""
    return _kernel(usual_set())


@cache
def _kernel(instruction_set: str) -> ReferenceKernel:
    descriptor = ACE(
        ("Si",),
        cutoff=CUTOFF,
        order=3,
        degree=(9.0, 8.0, 7.0),
        wL=0.75,
        radial={"kind": "sbessel"},
    )
    coefficients = np.cos(np.arange(1 + descriptor.n_features))[None]
    model = descriptor.fold(coefficients)
    assert model.engine.instruction_set == instruction_set
    return ReferenceKernel(model, System.of(shaken(CELLS), ("Si",), CUTOFF))


def shaken(cells: int, shake: float = SHAKE) -> Any:
    """Silicon whose atoms are away from their places, by numbers that are the same everywhere."""
    from ase.build import bulk

    atoms = bulk("Si", "diamond", a=LATTICE, cubic=True).repeat(cells)
    atoms.positions += shake * waves(3 * len(atoms)).reshape(-1, 3)
    return atoms


def waves(n: int) -> Array:
    """Numbers (n,) between -1 and 1 without a pattern that matters."""
    found: Array = np.sin(0.7390851 * np.arange(n) ** 2)
    return found
