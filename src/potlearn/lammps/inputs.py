"""Commands that make LAMMPS evaluate an exported potential, and all files that they name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement
from pathlib import Path
from typing import NamedTuple, TypeAlias

from potlearn.errors import ModelFileError
from potlearn.lammps.eam import write_eam
from potlearn.lammps.formats import format_for
from potlearn.lammps.tables import Terms, table_coefficients, table_style, write_table
from potlearn.potentials import Potential
from potlearn.potentials.linear import LinearPotential
from potlearn.potentials.neural import NeuralPotential
from potlearn.potentials.pair import ZBL
from potlearn.potentials.pair.base import PairPotential
from potlearn.potentials.sum import SumPotential
from potlearn.potentials.wall import Wall

ManyBody: TypeAlias = Potential
"""A potential that one file format holds, no pair potential."""


@dataclass(frozen=True)
class Style:
    """A pair style: its name and arguments, and what follows ``pair_coeff I J STYLE``."""

    name: str
    arguments: str
    coefficients: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class LammpsFiles:
    """What :func:`write_lammps` wrote, and the commands that use it."""

    paths: tuple[Path, ...]
    commands: tuple[str, ...]


def pair_commands(potential: LinearPotential, param: str, coeff: str) -> list[str]:
    """``pair_style`` and ``pair_coeff`` lines for POD files; atom types are the species in order.

    LAMMPS numbers elements by their first appearance on the ``pair_coeff`` line and never compares
    their names with the file's, so the order here is the file's.  A ZBL reference is overlaid.

    Raises
    ------
    ModelFileError
        The reference potential is not ZBL alone; :func:`write_lammps` tabulates others.
    """
    reference, species = potential.reference, potential.species
    styles = [_many_body_style("pod", f"{param} {coeff}", species)]
    if reference is None:
        return commands(styles)
    if not isinstance(reference, ZBL):
        raise ModelFileError(
            f"reference potential {type(reference).__name__}: expected ZBL or none for LAMMPS"
        )
    return commands([*styles, _zbl_style(species, reference)])


NO_NETWORKS = (
    "LAMMPS's own pair styles have no networks: use pair_style potlearn (--to lammps, and "
    "potlearn lammps install), or fit with model: {kind: linear}"
)


def write_lammps(
    potential: Potential, prefix: str | Path, to: str | None = None, bare_names: bool = False
) -> LammpsFiles:
    """Write every file that LAMMPS needs for ``potential``, named ``PREFIX...``.

    The many-body part becomes POD files or a ``.yace`` file; pair potentials in the sum or under
    the fit become a table (a ZBL alone is LAMMPS's own), the wall around the data an ``eam/fs``
    file; all are overlaid with ``hybrid/overlay``.

    Parameters
    ----------
    potential : Potential
    prefix : path
    to : str, optional
        Name in :data:`~potlearn.potentials.files.FORMATS`: the form of the many-body part, if not
        its natural one.  ``lammps`` is one file of ``pair_style potlearn`` that holds everything.
    bare_names : bool
        Commands name the files without their folder.

    Raises
    ------
    ModelFileError
        More than one many-body potential, one with a weight, or one of no known form.
    """
    if to is not None and format_for(potential, to).whole:
        return _write_whole(potential, Path(prefix), to, bare_names)
    many_body, terms, walls = parts(potential)
    if to and many_body is None:
        raise ModelFileError(f"expected a many-body potential for {to} files, got pairs alone")
    species = potential.species if many_body is None else many_body.species
    paths: list[Path] = []
    styles: list[Style] = []

    def name(path: Path) -> str:
        return path.name if bare_names else str(path)

    if many_body is not None:
        if isinstance(many_body, NeuralPotential):
            raise ModelFileError(NO_NETWORKS)
        form = format_for(many_body, to)
        paths += form.write(many_body, Path(prefix))
        files = " ".join(map(name, paths))
        styles.append(_many_body_style(form.pair_style, files, species))
    if len(terms) == 1 and terms[0][0] == 1 and isinstance(terms[0][1], ZBL):
        styles.append(_zbl_style(species, terms[0][1]))
    elif terms:
        table = write_table(Path(f"{prefix}.table"), species, terms)
        paths.append(table)
        styles.append(_table_style(species, name(table)))
    for k, wall in enumerate(walls):
        path = write_eam(Path(f"{prefix}{k or ''}.wall.eam.fs"), wall, species)
        paths.append(path)
        styles.append(_many_body_style("eam/fs", name(path), species))
    return LammpsFiles(tuple(paths), tuple(commands(styles)))


def _write_whole(potential: Potential, prefix: Path, to: str, bare_names: bool) -> LammpsFiles:
    """Write one file that holds everything."""
    form = format_for(potential, to)
    paths = tuple(form.write(potential, prefix))
    files = " ".join(path.name if bare_names else str(path) for path in paths)
    style = _many_body_style(form.pair_style, files, potential.species)
    return LammpsFiles(paths, tuple(commands([style])))


class Parts(NamedTuple):
    """The many-body part, if any; the weighted pair potentials; the walls of a potential."""

    many_body: ManyBody | None
    pairs: Terms
    walls: Sequence[Wall]


def parts(potential: Potential) -> Parts:
    """What of a potential goes into which kind of file.

    Raises
    ------
    ModelFileError
        More than one many-body potential, or one with a weight.
    """
    many_body: list[ManyBody] = []
    pairs: list[tuple[float, PairPotential]] = []
    walls: list[Wall] = []
    terms = potential.terms if isinstance(potential, SumPotential) else ((1.0, potential),)
    for weight, term in terms:
        if isinstance(term, PairPotential):
            pairs.append((weight, term))
            continue
        if weight != 1:
            raise ModelFileError(
                f"{type(term).__name__} with weight {weight}: LAMMPS weighs no file's energies"
            )
        if isinstance(term, Wall):
            walls.append(term)
            continue
        if isinstance(term, LinearPotential | NeuralPotential) and term.reference is not None:
            below = parts(term.reference)
            many_body += [below.many_body] if below.many_body is not None else []
            pairs += below.pairs
            walls += below.walls
            term = replace(term, reference=None)
        many_body.append(term)
    if len(many_body) > 1:
        names = ", ".join(type(m).__name__ for m in many_body)
        raise ModelFileError(f"expected one many-body potential for LAMMPS, got {names}")
    return Parts(many_body[0] if many_body else None, pairs, walls)


# Commands


def commands(styles: Sequence[Style]) -> list[str]:
    """The styles alone, or overlaid."""
    if not styles:
        raise ModelFileError("expected a potential for LAMMPS, got none")
    words = [" ".join(filter(None, (s.name, s.arguments))) for s in styles]
    overlaid = len(styles) > 1
    lines = [f"pair_style {'hybrid/overlay ' if overlaid else ''}{' '.join(words)}"]
    names = [style.name for style in styles]
    for k, style in enumerate(styles):
        # LAMMPS numbers styles that are there more than once.
        number = f"{names[: k + 1].count(style.name)} " if names.count(style.name) > 1 else ""
        word = f"{style.name} {number}" if overlaid else ""
        lines += [f"pair_coeff {types} {word}{rest}" for types, rest in style.coefficients]
    return lines


def _many_body_style(name: str, files: str, species: Sequence[str]) -> Style:
    return Style(name, "", (("* *", f"{files} {' '.join(species)}"),))


def _zbl_style(species: tuple[str, ...], reference: ZBL) -> Style:
    from ase.data import atomic_numbers

    missing = set(species) - set(reference.species)
    if missing:
        raise ModelFileError(f"the ZBL reference lacks {', '.join(sorted(missing))}")
    charges = [atomic_numbers[s] for s in species]
    pairs = combinations_with_replacement(range(len(species)), 2)
    coefficients = ((f"{a + 1} {b + 1}", f"{charges[a]} {charges[b]}") for a, b in pairs)
    return Style("zbl", f"{reference.inner:.17g} {reference.outer:.17g}", tuple(coefficients))


def _table_style(species: Sequence[str], path: str) -> Style:
    name, _, arguments = table_style().partition(" ")
    return Style(name, arguments, tuple(table_coefficients(path, species)))
