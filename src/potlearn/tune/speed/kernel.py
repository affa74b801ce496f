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


@cache
def reference_kernel() -> ReferenceKernel:
    """The kernel of this process, compiled for its instruction set."""
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
    return ReferenceKernel(model, System.of(shaken(CELLS), ("Si",), CUTOFF))


def shaken(cells: int, symbol: str = "Si", lattice: float = LATTICE) -> Any:
    """Diamond whose atoms are away from their places, by numbers that are the same everywhere."""
    from ase.build import bulk

    atoms = bulk(symbol, "diamond", a=lattice, cubic=True).repeat(cells)
    atoms.positions += SHAKE * _waves(len(atoms))
    return atoms


def _waves(n: int) -> Array:
    """Numbers (n, 3) between -1 and 1 without a pattern that matters."""
    waves: Array = np.sin(np.arange(3 * n) ** 2 * 0.7390851).reshape(n, 3)
    return waves
