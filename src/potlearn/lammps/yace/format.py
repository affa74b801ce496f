"""``.yace`` files as a format."""

from __future__ import annotations

from pathlib import Path

from potlearn.descriptors import ACE
from potlearn.lammps.yace.read import read_yace
from potlearn.lammps.yace.write import to_yace, write_yace
from potlearn.potentials import Potential
from potlearn.potentials.content import Content
from potlearn.potentials.linear import LinearPotential
from potlearn.potentials.pace import PacePotential


_SECTIONS = frozenset(("elements", "E0", "embeddings", "bonds", "functions", "deltaSplineBins"))


class YaceFormat:
    """``PREFIX.yace`` for ``pair_style pace``."""

    pair_style = "pace"
    parts = ("file of pair_style pace (.yace)",)
    suffixes = (".yace",)

    def part(self, content: Content) -> int | None:
        """0 for YAML with two of the sections of these files."""
        return 0 if len(_SECTIONS & content.keys) > 1 else None

    def read(self, *paths: Path) -> PacePotential:
        """The potential in the file."""
        return read_yace(paths[0])

    def suits(self, potential: Potential) -> bool:
        """Whether it is a PACE potential, or a fit of ACE descriptors."""
        if isinstance(potential, LinearPotential):
            return isinstance(potential.descriptor, ACE)
        return isinstance(potential, PacePotential)

    def write(self, potential: Potential, prefix: Path) -> list[Path]:
        """Write the file; return its path."""
        return [write_yace(f"{prefix}.yace", to_yace(potential))]
