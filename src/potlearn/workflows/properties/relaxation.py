"""Atoms, and cells, at rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge

from potlearn.errors import PropertyError
from potlearn.runtime import check_fields
from potlearn.typing import Atoms, Positive


@dataclass(frozen=True)
class Relaxation:
    """When a relaxation ends.

    Parameters
    ----------
    fmax : float
        Largest force in eV/Å; of a cell also the largest derivative of the energy per atom in the
        strain, in eV.
    steps : int
        Most steps.
    """

    fmax: Positive = 5e-4
    """Largest force that is left, eV/Å."""
    steps: Annotated[int, Ge(1)] = 1000
    """Most steps of a relaxation."""

    def __post_init__(self) -> None:
        check_fields(self, type(self).__name__, PropertyError)

    def relax(self, atoms: Atoms, what: str, *, cell: bool = False) -> Atoms:
        """Move the atoms (and the cell) to the nearest minimum, in place.

        Parameters
        ----------
        atoms : Atoms
            With a calculator.
        what : str
            What is relaxed, for messages.
        cell : bool
            Whether the cell is relaxed, too.

        Raises
        ------
        PropertyError
            It does not converge.
        """
        from ase.filters import FrechetCellFilter
        from ase.optimize import BFGS

        moving: Any = FrechetCellFilter(atoms, scalar_pressure=0.0) if cell else atoms
        optimiser = BFGS(moving, logfile=None, maxstep=0.05 if cell else 0.2)
        if not optimiser.run(fmax=self.fmax, steps=self.steps):
            left = float(np.linalg.norm(moving.get_forces(), axis=1).max())
            raise PropertyError(
                f"{what}: the relaxation does not converge: a force of {left:.3g} eV/Å is left "
                f"after {self.steps} steps; expected less than {self.fmax:g}. Give more steps or a "
                "larger fmax (section relaxation), or start from a crystal nearer to its minimum"
            )
        return atoms
