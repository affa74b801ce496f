"""Files of nonlinear ACE potentials as formats: ``.yace``, ``.ace``, pacemaker's B-basis."""

from __future__ import annotations

from pathlib import Path

from potlearn.descriptors import ACE
from potlearn.lammps.yace.bbasis import read_bbasis
from potlearn.lammps.yace.ctilde_text import read_ace
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
    whole = False
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


class AceFormat:
    """The older text form, which LAMMPS reads, too; it is not written."""

    parts = ("older file of pair_style pace (.ace)",)
    suffixes = (".ace",)

    def part(self, content: Content) -> int | None:
        """0 for text with the first keys of these files."""
        return 0 if all(key in content.text for key in ("nelements=", "radbasename=")) else None

    def read(self, *paths: Path) -> PacePotential:
        """The potential in the file."""
        return read_ace(paths[0])


class BBasisFormat:
    """What pacemaker writes as ``output_potential.yaml``; it is not written."""

    parts = ("B-basis file of pacemaker (output_potential.yaml)",)
    suffixes = ("potential.yaml",)

    def part(self, content: Content) -> int | None:
        """0 for YAML with blocks of species."""
        is_it = "species" in content.keys and "speciesblock:" in content.text
        return 0 if is_it else None

    def read(self, *paths: Path) -> PacePotential:
        """The potential in the file."""
        return read_bbasis(paths[0])
