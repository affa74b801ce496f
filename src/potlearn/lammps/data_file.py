"""LAMMPS data files: one configuration, ``atom_style atomic``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from potlearn.runtime import write_text
from potlearn.structure.species import species_indices
from potlearn.typing import Atoms


def write_data(path: str | Path, atoms: Atoms, species: Sequence[str]) -> None:
    """Write ``atoms`` (an ``ase.Atoms`` with a cell); atom types are ``species`` in order.

    The cell is turned so that its first vector lies along x and its second in the xy plane, as
    LAMMPS wants it.

    Raises
    ------
    SpeciesError
        An element is not among ``species``.
    """
    from ase.calculators.lammps import Prism
    from ase.data import atomic_masses, atomic_numbers

    prism = Prism(atoms.cell.array, pbc=atoms.pbc)
    xhi, yhi, zhi, xy, xz, yz = prism.get_lammps_prism()
    positions = prism.vector_to_lammps(atoms.positions, wrap=False)
    types = species_indices(atoms, species) + 1
    lines = ["written by potlearn", "", f"{len(atoms)} atoms", f"{len(species)} atom types", ""]
    lines += [f"0.0 {hi:.17g} {a}lo {a}hi" for a, hi in zip("xyz", (xhi, yhi, zhi), strict=True)]
    if prism.is_skewed():
        lines += [f"{xy:.17g} {xz:.17g} {yz:.17g} xy xz yz"]
    lines += ["", "Masses", ""]
    lines += [f"{k} {atomic_masses[atomic_numbers[s]]} # {s}" for k, s in enumerate(species, 1)]
    lines += ["", "Atoms # atomic", ""]
    for k, (kind, (x, y, z)) in enumerate(zip(types.tolist(), positions.tolist(), strict=True), 1):
        lines.append(f"{k} {kind} {x:.17g} {y:.17g} {z:.17g}")
    write_text(path, "\n".join(lines) + "\n")
