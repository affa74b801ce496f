"""``.yace`` files as a format of LAMMPS."""

from __future__ import annotations

from pathlib import Path

from potlearn.descriptors import ACE
from potlearn.lammps.yace.write import to_yace, write_yace
from potlearn.potentials import Potential
from potlearn.potentials.linear import LinearPotential
from potlearn.potentials.pace import PacePotential


class YaceFormat:
    """``PREFIX.yace`` for ``pair_style pace``."""

    pair_style = "pace"

    def suits(self, potential: Potential) -> bool:
        """Whether it is a PACE potential, or a fit of ACE descriptors."""
        if isinstance(potential, LinearPotential):
            return isinstance(potential.descriptor, ACE)
        return isinstance(potential, PacePotential)

    def write(self, potential: Potential, prefix: Path) -> list[Path]:
        """Write the file; return its path."""
        return [write_yace(f"{prefix}.yace", to_yace(potential))]
