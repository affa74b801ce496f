"""The folder for LAMMPS: potential files, a structure, and an input that runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from potlearn.runtime import write_text
from potlearn.typing import Atoms

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.potentials import Potential

_ATOMS_WANTED = 64
_VACUUM = 10.0
_EXAMPLE = """\
# Constant-energy molecular dynamics, from 300 K; run with: lmp -in in.example
{note}units metal
atom_style atomic
boundary {boundary}
read_data example.data
{pair}
velocity all create 300 1 mom yes rot yes
fix nve all nve
timestep 0.001
thermo 100
thermo_style custom step temp pe etotal press
run 1000
"""

_ISOLATED = """\
# pair_style pod crashes when an atom has no neighbour within the cutoff (LAMMPS issue 5114).
"""


def write_lammps_folder(folder: Path, potential: Potential, dataset: Dataset) -> None:
    """Write the potential's files, ``example.data`` and ``in.example``.

    The structure is the configuration of lowest energy per atom among the periodic ones.

    Raises
    ------
    ModelFileError
        LAMMPS has no form for the potential.
    """
    from potlearn.lammps import write_data, write_lammps

    folder.mkdir(parents=True, exist_ok=True)
    species = potential.species
    files = write_lammps(potential, folder / "".join(species), bare_names=True)
    atoms = _example(dataset)
    write_data(folder / "example.data", atoms, species)
    boundary = " ".join("p" if periodic else "s" for periodic in atoms.pbc)
    pair = "\n".join(files.commands)
    note = _ISOLATED if "pair_coeff * * pod " in pair or "pair_style pod" in pair else ""
    text = _EXAMPLE.format(boundary=boundary, pair=pair, note=note)
    write_text(folder / "in.example", text)


def _example(dataset: Dataset) -> Atoms:
    """Supercell of the periodic configuration of lowest energy; of any, if none is periodic.

    A molecule gets a box with 10 Å of vacuum.
    """
    import numpy as np

    order = np.argsort(dataset.energies / dataset.n_atoms, kind="stable")
    periodic = (i for i in order.tolist() if dataset[i].pbc.all())
    atoms = dataset[next(periodic, int(order[0]))]
    repeats = np.ones(3, int)
    if atoms.cell.rank < 3:
        atoms.center(vacuum=_VACUUM, axis=np.flatnonzero(~atoms.cell.any(1)))
    while atoms.pbc.all() and len(atoms) * repeats.prod() < _ATOMS_WANTED:
        repeats[np.argmin(repeats * atoms.cell.lengths())] += 1
    supercell: Atoms = atoms.repeat(repeats)
    return supercell
