"""Formats that LAMMPS reads, among all formats of potentials."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
    return dict(_written())


def _written() -> Iterator[tuple[str, type[LammpsFormat]]]:
    """Written formats one by one: a class is loaded when it is asked for."""
    for name in FORMATS:
        form: Any = FORMATS[name]
        if hasattr(form, "pair_style"):
            yield name, form


def format_for(potential: Potential, name: str | None = None) -> LammpsFormat:
    """The format of that name, or the natural one of a potential; the last if none suits it."""
    if name is None:
        return _natural(potential)
    form: Any = FORMATS.get(name)
    if not hasattr(form, "pair_style"):
        known = ", ".join(written_formats())
        raise ModelFileError(f"unknown LAMMPS format {name!r}; expected one of {known}")
    found: LammpsFormat = form()
    return found


def _natural(potential: Potential) -> LammpsFormat:
    """The first format that suits a potential, or the last; those after it are not loaded."""
    made: list[LammpsFormat] = []
    for _, form in _written():
        made.append(form())
        if made[-1].suits(potential):
            break
    return made[-1]
