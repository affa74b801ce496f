"""Formats that LAMMPS reads, among all formats of potentials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from potlearn.errors import ModelFileError
from potlearn.potentials import FORMATS, Potential
from potlearn.potentials.files import FileFormat


class LammpsFormat(FileFormat, Protocol):
    """Files of one kind that LAMMPS reads and that are also written."""

    @property
    def pair_style(self) -> str:
        """Name of the pair style that reads them."""

    @property
    def whole(self) -> bool:
        """Whether a file holds any sum of potentials, pairs and walls; else a many-body part."""

    def suits(self, potential: Potential) -> bool:
        """Whether it is the natural form of a potential."""

    def write(self, potential: Potential, prefix: Path) -> Sequence[Path]:
        """Write the files; return their paths in the order of the pair_coeff line.

        Raises
        ------
        ModelFileError
            The format cannot hold the potential.
        """


def written_formats() -> Mapping[str, type[LammpsFormat]]:
    """Those of :data:`~potlearn.potentials.files.FORMATS` that are also written, for LAMMPS."""
    found: dict[str, Any] = {name: FORMATS[name] for name in FORMATS}
    return {name: form for name, form in found.items() if hasattr(form, "pair_style")}


def format_for(potential: Potential, name: str | None = None) -> LammpsFormat:
    """The format of that name, or the natural one of a potential; the last if none suits it."""
    formats = written_formats()
    if name is not None:
        if name not in formats:
            raise ModelFileError(
                f"unknown LAMMPS format {name!r}; expected one of {', '.join(formats)}"
            )
        return formats[name]()
    made = [form() for form in formats.values()]
    return next((form for form in made if form.suits(potential)), made[-1])
