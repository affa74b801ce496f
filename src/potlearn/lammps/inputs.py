"""Commands that make LAMMPS evaluate an exported potential."""

from __future__ import annotations

from itertools import combinations_with_replacement

from ..errors import ModelFileError
from ..potentials.linear import LinearPotential
from ..potentials.pair import ZBL


def pair_commands(potential: LinearPotential, param: str, coeff: str) -> list[str]:
    """``pair_style`` and ``pair_coeff`` lines for POD files; atom types are the species in order.

    LAMMPS numbers elements by their first appearance on the ``pair_coeff`` line and never compares
    their names with the file's, so the order here is the file's.  A ZBL reference is overlaid.

    Raises
    ------
    ModelFileError
        The reference potential has no LAMMPS pair style here.
    """
    names = " ".join(potential.species)
    reference = potential.reference
    if reference is None:
        return ["pair_style pod", f"pair_coeff * * {param} {coeff} {names}"]
    if not isinstance(reference, ZBL):
        raise ModelFileError(
            f"reference potential {type(reference).__name__}: expected ZBL or none for LAMMPS"
        )
    return [
        f"pair_style hybrid/overlay pod zbl {reference.inner:.17g} {reference.outer:.17g}",
        f"pair_coeff * * pod {param} {coeff} {names}",
        *_zbl_coefficients(potential.species, reference),
    ]


def _zbl_coefficients(species: tuple[str, ...], reference: ZBL) -> list[str]:
    from ase.data import atomic_numbers

    missing = set(species) - set(reference.species)
    if missing:
        raise ModelFileError(f"the ZBL reference lacks {', '.join(sorted(missing))}")
    charges = [atomic_numbers[s] for s in species]
    pairs = combinations_with_replacement(range(len(species)), 2)
    return [f"pair_coeff {a + 1} {b + 1} zbl {charges[a]} {charges[b]}" for a, b in pairs]
