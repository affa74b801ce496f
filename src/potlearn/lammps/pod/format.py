"""POD files as a format: the parameters and the coefficients of ``pair_style pod``."""

from __future__ import annotations

import re
from pathlib import Path

from potlearn.descriptors import POD
from potlearn.errors import ModelFileError
from potlearn.lammps.pod.keywords import LAMMPS_DEFAULTS
from potlearn.lammps.pod.read import read_pod
from potlearn.lammps.pod.write import write_pod
from potlearn.potentials import Potential
from potlearn.potentials.content import Content
from potlearn.potentials.linear import LinearPotential

_COEFFICIENTS = re.compile(r"\w*coefficients:")
_TELLING = frozenset(key for key in LAMMPS_DEFAULTS if "_" in key)
"""Keywords that no other kind of file has."""


class PodFormat:
    """``PREFIX_param.pod`` and ``PREFIX_coeff.pod`` for ``pair_style pod``."""

    pair_style = "pod"
    whole = False
    parts = ("POD parameters (_param.pod)", "POD coefficients (_coeff.pod)")
    suffixes = ("param.pod", "coeff.pod")

    def part(self, content: Content) -> int | None:
        """0 for parameters, 1 for coefficients."""
        first = [words[0] for words in content.words]
        if first and _COEFFICIENTS.match(first[0]):
            return 1
        return 0 if _TELLING & set(first) else None

    def read(self, *paths: Path) -> LinearPotential:
        """The potential in the two files."""
        return read_pod(*paths)

    def suits(self, potential: Potential) -> bool:
        """Whether it is a fit of POD descriptors."""
        return isinstance(potential, LinearPotential) and isinstance(potential.descriptor, POD)

    def write(self, potential: Potential, prefix: Path) -> tuple[Path, ...]:
        """Write the files; return their paths in the order of the pair_coeff line."""
        if not isinstance(potential, LinearPotential):
            name = type(potential).__name__
            raise ModelFileError(f"POD files hold a POD potential, this one is a {name}")
        return write_pod(potential, prefix)
