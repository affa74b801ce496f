"""Lines of a LAMMPS input that switch a potential on."""

from __future__ import annotations

from itertools import combinations_with_replacement
from pathlib import Path

from ..errors import ModelFileError
from ..potentials.linear import LinearPotential
from ..potentials.pair import ZBL


def pair_commands(potential: LinearPotential, param: str | Path, coeff: str | Path) -> list[str]:
    """``pair_style`` and ``pair_coeff`` lines for units metal.

    The reference potential is overlaid.  LAMMPS's atom types 1, 2, ... are ``potential.species``.

    Parameters
    ----------
    potential : LinearPotential
    param, coeff : path
        Files written by :func:`~potlearn.lammps.write_pod`, as seen from where LAMMPS runs.

    Raises
    ------
    ModelFileError
        The reference potential is not ZBL.
    """
    reference, names = potential.reference, " ".join(potential.species)
    if reference is None:
        return ["pair_style pod", f"pair_coeff * * {param} {coeff} {names}"]
    if not isinstance(reference, ZBL):
        kind = type(reference).__name__
        raise ModelFileError(f"reference potential for LAMMPS: expected ZBL, got {kind}")
    return [
        f"pair_style hybrid/overlay pod zbl {reference.inner:.17g} {reference.outer:.17g}",
        f"pair_coeff * * pod {param} {coeff} {names}",
        *_zbl_lines(potential.species),
    ]


def _zbl_lines(species: tuple[str, ...]) -> list[str]:
    from ase.data import atomic_numbers

    charges = enumerate((atomic_numbers[symbol] for symbol in species), 1)
    return [
        f"pair_coeff {a} {b} zbl {float(za)} {float(zb)}"
        for (a, za), (b, zb) in combinations_with_replacement(list(charges), 2)
    ]
