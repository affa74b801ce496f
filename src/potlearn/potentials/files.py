"""Files that hold potentials: one table of formats, told apart by content, whatever their names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from potlearn.errors import ModelFileError
from potlearn.potentials.content import Content
from potlearn.potentials.foreign import named
from potlearn.registry import Registry


class FileFormat(Protocol):
    """One or several files that hold a potential together.

    A format that also writes potentials for LAMMPS has the members of
    :class:`~potlearn.lammps.formats.LammpsFormat`, too.
    """

    parts: tuple[str, ...]
    """What each of the files is, in words; :meth:`read` takes them in this order."""
    suffixes: tuple[str, ...]
    """Names of files that are taken for this format where their content says nothing."""

    def part(self, content: Content) -> int | None:
        """Which of the files it is, or none of them."""

    def read(self, *paths: Path) -> Any:
        """The potential in the files."""


FORMATS: Registry[type[FileFormat]] = Registry(
    "format",
    ModelFileError,
    {
        "potl": "potlearn.potentials.archive:SavedModel",
        "pod": "potlearn.lammps.pod.format:PodFormat",
        "ace": "potlearn.lammps.yace.format:AceFormat",
        "yace": "potlearn.lammps.yace.format:YaceFormat",
        "lammps": "potlearn.lammps.plugin.format:PluginFormat",
        "pacemaker": "potlearn.lammps.yace.format:BBasisFormat",
    },
)
"""Formats by name.  The first that recognises a file reads it; those after it are not loaded."""


class _Found(NamedTuple):
    path: Path
    format: FileFormat
    part: int

    @property
    def what(self) -> str:
        return self.format.parts[self.part]


def load(path: str | Path, *others: str | Path) -> Any:
    """The potential in a file, or in several files together.

    Parameters
    ----------
    path, *others : path
        A saved model (``.potl``), a file of LAMMPS's ``pair_style pace`` (``.yace``, ``.ace``) or
        pacemaker's B-basis (``output_potential.yaml``), or the two files of ``pair_style pod`` in
        any order: every format of :data:`FORMATS`.  The content counts, not the name.

    Raises
    ------
    ModelFileError
        No such file, a file that holds no potential (the message says what it is), missing or
        surplus files, malformed content.
    """
    found = [_recognised(Path(p)) for p in (path, *others)]
    _check_complete(found)
    first = found[0].format
    return first.read(*(f.path for f in sorted(found, key=lambda f: f.part)))


def split_model(paths: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """The files of the potential that the first path begins, and the other paths.

    Raises
    ------
    ModelFileError
        The first file holds no potential.
    """
    first = _recognised(paths[0])
    model, others = [first], list[Path]()
    for path in paths[1:]:
        wanted = len(model) < len(first.format.parts) and path.is_file()  # others may be patterns
        part = first.format.part(Content(path)) if wanted else None
        if part is None or part in [m.part for m in model]:
            others.append(path)
        else:
            model.append(_Found(path, first.format, part))
    return [m.path for m in model], others


def _recognised(path: Path) -> _Found:
    """What the file is: by its content, else by its suffix."""
    content = Content(path)
    if not content.start:
        raise ModelFileError(f"{path}: the file is empty; expected a potential")
    formats: list[FileFormat] = []
    for name in FORMATS:
        form = FORMATS[name]()
        part = form.part(content)
        if part is not None:
            return _Found(path, form, part)
        formats.append(form)
    if (words := named(content)) is not None:
        raise ModelFileError(f"{path}: {words}")
    for form in formats:
        if path.name.endswith(form.suffixes):
            return _Found(path, form, _part_of_name(path, form))
    known = ", ".join(part for form in formats for part in form.parts)
    raise ModelFileError(f"{path}: not a file that holds a potential; expected one of: {known}")


def _part_of_name(path: Path, form: FileFormat) -> int:
    return next(k for k, suffix in enumerate(form.suffixes) if path.name.endswith(suffix))


def _check_complete(found: list[_Found]) -> None:
    first = found[0]
    names = " ".join(str(f.path) for f in found)
    if any(type(f.format) is not type(first.format) for f in found):
        kinds = " and ".join(f.what for f in found)
        raise ModelFileError(f"{names}: expected the files of one potential, got {kinds}")
    for k, what in enumerate(first.format.parts):
        count = sum(f.part == k for f in found)
        if count == 0:
            raise ModelFileError(f"{names}: {first.what} alone; give the {what}, too")
        if count > 1:
            raise ModelFileError(f"{names}: expected one file, the {what}; got {count}")
