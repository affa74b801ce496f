"""Files of many-body potentials that LAMMPS reads, by name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from potlearn.errors import ModelFileError
from potlearn.potentials import Potential
from potlearn.registry import Registry


class Format(Protocol):
    """Files of one kind."""

    @property
    def pair_style(self) -> str:
        """Name of the pair style that reads them."""

    def suits(self, potential: Potential) -> bool:
        """Whether it is the natural form of a potential."""

    def write(self, potential: Potential, prefix: Path) -> Sequence[Path]:
        """Write the files; return their paths in the order of the pair_coeff line.

        Raises
        ------
        ModelFileError
            The format cannot hold the potential.
        """


FORMATS: Registry[type[Format]] = Registry(
    "LAMMPS format",
    ModelFileError,
    {
        "pod": "potlearn.lammps.pod.write:PodFormat",
        "yace": "potlearn.lammps.yace.format:YaceFormat",
    },
)
"""Formats by name; the first that suits a potential is taken, else the last."""


def format_for(potential: Potential, name: str | None = None) -> Format:
    """The format of that name, or the natural one of a potential."""
    if name is not None:
        return FORMATS.load(name)()
    made = (FORMATS[key]() for key in FORMATS)  # those after the one that suits are not loaded
    for form in made:
        if form.suits(potential):
            break
    return form
